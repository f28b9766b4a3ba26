import { createVerifier, type Preset, presets, type VerifierDeps } from "sallyport";

/** Jobs of GitLab CI: what they send says `typ: JWT`, as does everything else that GitLab signs. */
const gitlabJob: Preset = {
  ...presets.rfc9068,
  name: "gitlab-job",
  documentation: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
  algorithms: ["RS256"],
  headerTypes: ["jwt"],
  required: ["iss", "exp", "aud", "sub", "iat", "jti"],
  // Only what a job's token has, and no other: an ID token of a person's login never passes.
  accept: [
    { claim: ["job_id"], type: "string" },
    { claim: ["project_path"], type: "string" },
    { claim: ["aud"], type: "one" },
  ],
  refuse: [
    { claim: ["nonce"], present: true },
    { claim: ["at_hash"], present: true },
    { claim: ["auth_time"], present: true },
  ],
  kinds: [{ kind: "workload", when: { claim: ["job_id"], present: true } }],
  clientId: [],
  singleAudience: true, // as for every token that a caller may ask for any audience
};

export function verifierOfJobs(deps?: VerifierDeps) {
  return createVerifier(
    { issuer: "https://gitlab.com", preset: gitlabJob, audience: "https://deploy.example.com" },
    deps,
  );
}
