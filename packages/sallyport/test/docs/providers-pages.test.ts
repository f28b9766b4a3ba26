// docs/providers/*.md: the code is a file of `pages/providers/`, to the letter, and runs on the provider's sample tokens; each
// mistake in a table is made here, and ends as the table says, to the letter.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { sallyport } from "../../src/frameworks/fetch.ts";
import { AuthError, createVerifier } from "../../src/index.ts";
import { signSample } from "../../src/testing/index.ts";
import { asThisPod } from "./pages/providers/kubernetes.ts";
import { type Mistake, mistakes } from "./providers/mistakes.ts";
import { arriving, codeOf, issuerOf, makeIssuer, sampleOf } from "./providers/scene.ts";
import { pages } from "./providers/visits.ts";

const folder = new URL("../../../../docs/providers/", import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.md`, folder), "utf8");

/** The second cell of the page's row. */
async function refusalOf(name: string, { arrives, options = {} }: Mistake): Promise<string> {
  const idp = issuerOf(name);
  const configured = Object.entries({ ...codeOf(name).options, jwksUri: undefined, ...options });
  // The keys are given: an issuer that is configured wrongly has no metadata here.
  const settings = Object.fromEntries(configured.filter(([, value]) => value !== undefined));
  let verifier: ReturnType<typeof createVerifier>;
  try {
    verifier = createVerifier({ ...settings, jwks: await idp.jwks() }, idp.deps);
  } catch (error) {
    return `at start: ${(error as TypeError).message}`;
  }
  const error = await verifier.verify(await arriving(name, arrives)).catch((thrown: unknown) => thrown);
  return error instanceof AuthError ? `\`${error.code}\`: ${error.message}` : "accepted";
}

afterEach(() => vi.unstubAllEnvs());

test("there is a page for each provider, in the index and in the README", () => {
  const names = readdirSync(folder).map((file) => file.replace(/\.md$/, ""));
  expect(names.toSorted()).toEqual([...Object.keys(pages), "README"].toSorted());
  expect(Object.keys(mistakes).toSorted()).toEqual(Object.keys(pages).toSorted());
  const readme = readFileSync(new URL("../../README.md", folder), "utf8");
  for (const name of Object.keys(pages)) {
    expect(read("README"), name).toContain(`](${name}.md)`);
    expect(readme, name).toContain(`](docs/providers/${name}.md)`);
  }
});

describe.each(Object.entries(pages))("%s", (name, page) => {
  test("the page has its parts, and shows the code that runs", () => {
    const text = read(name);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.slice(0, 4)).toEqual(["There", "Here", "A token to try", "When it is refused"]);
    const [[, block = ""] = []] = [...text.matchAll(/```ts\n([\s\S]*?)```/g)];
    expect(block).toBe(readFileSync(new URL(`./pages/providers/${name}.ts`, import.meta.url), "utf8"));
  });

  test("what the page links to is there", () => {
    for (const [, path = "", anchor] of read(name).matchAll(/\]\((?!https:)([^)#]+)(?:#([^)]+))?\)/g)) {
      const target = readFileSync(new URL(path, folder), "utf8");
      if (anchor) expect(target.toLowerCase(), path).toContain(`\n## ${anchor.replaceAll("-", " ")}\n`);
    }
  });

  test("the code takes the provider's tokens, and lets in whom it should", async () => {
    const idp = issuerOf(name);
    const app = codeOf(name).build({ ...idp.deps, audit: [] });
    const [method, url] = page.path;
    for (const [sample, claims, status] of page.visits) {
      const token = await signSample(idp, sampleOf(name, sample, claims));
      const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
      expect(`${sample} ${JSON.stringify(claims)}: ${answer.statusCode}`).toBe(
        `${sample} ${JSON.stringify(claims)}: ${status}`,
      );
    }
    expect((await app.inject({ method, url })).statusCode).toBe(401);
    await app.close();
  });

  test("the environment of the page does the same", async () => {
    const idp = issuerOf(name);
    const [, block = ""] = /```sh\n((?:O\w+=.*\n)+)```/.exec(read(name)) ?? [];
    const lines = block.trim().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) {
      const [variable = "", value = ""] = line.split(/=(.*)/);
      vi.stubEnv(variable, value.replace(/^"(.*)"$/, "$1"));
    }
    const auth = sallyport(undefined, { ...idp.deps, audit: [] });
    const [[sample] = [""]] = page.visits;
    const { issuer } = await auth.verifier.verify(await signSample(idp, sampleOf(name, sample)));
    expect(issuer).toBe(page.issuer);
  });

  test.each(mistakes[name] ?? [])("$what: $code", async (mistake) => {
    const refusal = await refusalOf(name, mistake);
    expect(refusal).toMatch(mistake.code === "at start" ? /^at start: / : `\`${mistake.code}\``);
    expect(read(name)).toContain(`| ${mistake.what} | ${refusal} |`);
  });

  test("every row of the page's table is tried", () => {
    const [, section = ""] = read(name).split("\n## When it is refused\n");
    const [table = ""] = section.split("\n## ");
    const rows = [...table.matchAll(/^\| (.*?) \| (?:`\w+`|at start): /gm)].map(([, what]) => what);
    expect(rows.toSorted()).toEqual((mistakes[name] ?? []).map(({ what }) => what).toSorted());
  });
});

test("kubernetes: nothing but the keys is asked for, with the pod's own token, as its file is now", async () => {
  const place = mkdtempSync(join(tmpdir(), "pod-"));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const file = join(place, "token");
  const idp = makeIssuer("kubernetes");
  const seen: string[] = [];
  const send: typeof fetch = (input, init) => {
    seen.push(`${String(input)} ${new Headers(init?.headers).get("authorization")}`);
    return idp.deps.fetch(input, init);
  };
  const app = codeOf("kubernetes").build({ ...idp.deps, audit: [], fetch: asThisPod(file, send) });
  for (const token of ["first", "second"]) {
    writeFileSync(file, `${token}\n`);
    const authorization = `Bearer ${await signSample(idp, sampleOf("kubernetes", "pod"))}`;
    const answer = await app.inject({ url: "/orders", headers: { authorization } });
    expect(answer.statusCode).toBe(200);
    idp.clock.advance({ minutes: 11 });
  }
  const keys = "https://kubernetes.default.svc.cluster.local/openid/v1/jwks";
  expect(seen).toEqual([`${keys} Bearer first`, `${keys} Bearer second`]);
  await app.close();
});
