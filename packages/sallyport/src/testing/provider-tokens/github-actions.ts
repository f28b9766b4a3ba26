// Sample tokens of GitHub Actions (https://docs.github.com/actions/reference/security/oidc): every claim is a string.
import { basics, jwt, type ProviderToken, type SampleContext } from "./types.ts";

function push(context: SampleContext) {
  const commit = "0000000000000000000000000000000000000001";
  return {
    ...basics(context),
    exp: context.now + 300,
    nbf: context.now - 300,
    jti: "00000000-0000-4000-8000-000000000001",
    sub: "repo:example-org/example-repo:environment:prod",
    environment: "prod",
    ref: "refs/heads/main",
    ref_type: "branch",
    ref_protected: "true",
    sha: commit,
    repository: "example-org/example-repo",
    repository_id: "2000001",
    repository_owner: "example-org",
    repository_owner_id: "1000001",
    repository_visibility: "private",
    run_id: "3000001",
    run_number: "10",
    run_attempt: "1",
    actor: "ada-example",
    actor_id: "4000001",
    workflow: "deploy",
    workflow_ref: "example-org/example-repo/.github/workflows/deploy.yml@refs/heads/main",
    workflow_sha: commit,
    job_workflow_ref: "example-org/shared/.github/workflows/deploy.yml@refs/heads/main",
    job_workflow_sha: "0000000000000000000000000000000000000002",
    event_name: "push",
    head_ref: "",
    base_ref: "",
    runner_environment: "github-hosted",
    check_run_id: "5000001",
    enterprise: "example-ent",
    enterprise_id: "6000001",
  };
}

/** What the runner itself works with: the same issuer and keys. */
function runtime(context: SampleContext) {
  return {
    ...basics(context),
    nbf: context.now,
    nameid: "dddddddd-dddd-dddd-dddd-dddddddddddd",
    scp: "Actions.Results:00000000-0000-4000-8000-0000000000f1 Actions.ExampleScope",
    orch_id: "00000000-0000-4000-8000-0000000000f2.deploy.__default",
    oidc_sub: "repo:example-org/example-repo:environment:prod",
    oidc_extra: "{}",
    trust_tier: "2",
  };
}

const variant = (id: string, changes: Readonly<Record<string, unknown>>): ProviderToken => ({
  id,
  use: "access",
  header: jwt,
  claims: (context) => ({ ...push(context), ...changes }),
});

export const githubActionsTokens: readonly ProviderToken[] = [
  variant("environment", {}),
  variant("pull-request", {
    sub: "repo:example-org/example-repo:pull_request",
    environment: undefined,
    event_name: "pull_request",
    ref: "refs/pull/7/merge",
    head_ref: "topic",
    base_ref: "main",
  }),
  variant("tag", {
    sub: "repo:example-org/example-repo:ref:refs/tags/v1",
    ref: "refs/tags/v1",
    ref_type: "tag",
    environment: undefined,
  }),
  variant("immutable-subject", { sub: "repo:example-org@1000001/example-repo@2000001:environment:prod" }),
  variant("custom-subject", { sub: "repository_owner:example-org:job_workflow_ref:example-org%3Ashared" }),
  variant("custom-properties", { repo_property_team: "payments,orders" }),
  variant("without-nbf", { nbf: undefined }),
  { id: "runtime-token", use: "internal", code: "missing_claim", header: jwt, claims: runtime },
  {
    id: "runtime-token-with-everything",
    use: "internal",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...push(context), ...runtime(context) }),
  },
  {
    id: "runtime-token-with-subject",
    use: "internal",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...runtime(context), sub: "repo:example-org/example-repo", jti: "token-1" }),
  },
  {
    id: "for-two-audiences",
    use: "internal",
    code: "wrong_token_type",
    header: jwt,
    claims: (context) => ({ ...push(context), aud: [context.audience, "https://other.example"] }),
  },
];
