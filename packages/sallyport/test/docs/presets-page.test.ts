// docs/presets.md shows code that is compiled and run here: each block is a file of `pages/presets/`, to the letter.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AuthError, createVerifier, presets } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { build } from "./pages/presets/deploy.ts";
import { verifierOfJobs } from "./pages/presets/gitlab.ts";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../../../docs/presets.md");

test("the page shows the code that runs", () => {
  const files = readdirSync(new URL("./pages/presets/", import.meta.url)).map((file) =>
    read(`./pages/presets/${file}`),
  );
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(blocks.toSorted()).toEqual(files.toSorted());
});

test("every preset has its row", () => {
  for (const name of Object.keys(presets)) expect(page).toContain(`| \`${name}\` |`);
});

test("whose jobs may deploy", async () => {
  const idp = fakeIssuer({ preset: "github-actions", audience: "https://deploy.example.com" });
  const app = build(idp.config, { ...idp.deps, audit: [] });
  const deploy = async (claims: object) =>
    (
      await app.inject({
        method: "POST",
        url: "/deploy",
        headers: await idp.bearer({ claims: { ...claims } }),
      })
    ).statusCode;
  expect(await deploy({})).toBe(200);
  expect(await deploy({ repository_owner_id: "6660001", repository_owner: "example-org" })).toBe(403);
  expect(await deploy({ ref: "refs/pull/7/merge" })).toBe(403);
  await app.close();
});

test("a preset of one's own: a job of GitLab CI, and nothing else that GitLab signs", async () => {
  const idp = fakeIssuer({
    issuer: "https://gitlab.com",
    audience: "https://deploy.example.com",
    algorithm: "RS256",
  });
  const verifier = verifierOfJobs(idp.deps);
  const job = {
    sub: "project_path:group/project:ref_type:branch:ref:main",
    client_id: undefined,
    job_id: "302",
    project_path: "group/project",
    namespace_id: "72",
    ref: "main",
    ref_type: "branch",
    ref_protected: "true",
    pipeline_source: "web",
    user_login: "sample-user",
  };
  const header = { typ: "JWT" };
  const identity = await verifier.verify(await idp.token({ header, claims: job }));
  expect(identity).toMatchObject({ kind: "workload", subject: job.sub, clientId: undefined });
  const codeOf = async (claims: object) => {
    const token = await idp.token({ header, claims: { ...job, ...claims } });
    const error = await verifier.verify(token).catch((thrown: unknown) => thrown);
    return error instanceof AuthError ? error.code : "accepted";
  };
  expect(await codeOf({ job_id: undefined })).toBe("wrong_token_type");
  expect(await codeOf({ nonce: "n" })).toBe("wrong_token_type");
  expect(await codeOf({ aud: "https://vault.example.com" })).toBe("invalid_audience");
  // Without the preset, the same token is refused, and the log says why.
  const strict = createVerifier(idp.config, idp.deps);
  await expect(strict.verify(await idp.token({ header, claims: job }))).rejects.toMatchObject({
    code: "wrong_token_type",
  });
});
