// `sallyport doctor --issuer` on providers that are broken in one way each, and on good ones.
import { createServer as createTlsServer } from "node:https";
import { startDevIdp } from "@sallyport/dev-idp";
import { expect, onTestFinished, test } from "vitest";
import { createTlsIdentity } from "../../../sallyport/test/support/certificate.ts";
import { lastWord, providerTables } from "../../src/doctor/provider/index.ts";
import type { Finding } from "../../src/finding.ts";
import { run, runBin, runJson } from "../support/run.ts";
import { ecJwk, listen, startProvider } from "../support/scripted-provider.ts";
import { brokenKeys } from "./broken/keys.ts";
import { brokenMetadata } from "./broken/metadata.ts";
import { brokenOffers } from "./broken/offers.ts";

interface Answer {
  readonly ok: boolean;
  readonly examinations: readonly { readonly findings: readonly Finding[] }[];
}

const brokenProviders = [...brokenMetadata, ...brokenKeys, ...brokenOffers];
const loopback = "--insecure-allow-loopback";

async function examine(issuer: string, args: readonly string[] = [loopback]) {
  const { status, json } = await runJson<Answer>([
    "doctor",
    "--issuer",
    issuer,
    "--audience",
    "my-api",
    ...args,
  ]);
  return { status, ok: json.ok, findings: json.examinations[0]?.findings ?? [] };
}
const beyondNotes = (findings: readonly Finding[]) =>
  findings.filter(({ level }) => level !== "note").map(({ id }) => id);

test.each(brokenProviders)(
  "$name: $finds",
  async ({ script, issuer, args, finds, mend, sentence, status = 1 }) => {
    const provider = await startProvider(script);
    const answer = await examine(issuer?.(provider.issuer) ?? provider.issuer, args);
    expect(beyondNotes(answer.findings).join(" ")).toBe(finds);
    const [id] = finds.split(" ");
    const found = answer.findings.find((one) => one.id === id);
    expect(found?.mend).toMatch(mend);
    if (sentence) expect(found?.sentence).toMatch(sentence);
    expect([answer.status, answer.ok]).toEqual([status, status === 0]);
  },
);

test("while a provider runs on loopback, its addresses for certificates may be there, too", async () => {
  const aliases = { token_endpoint: "http://127.0.0.1:18080/token" };
  const provider = await startProvider({
    metadata: (good) => ({ ...good, mtls_endpoint_aliases: aliases }),
  });
  expect(beyondNotes((await examine(provider.issuer)).findings)).toEqual([]);
});

test("a provider out of reach is no answer: status 2", async () => {
  const answer = await examine("http://127.0.0.1:1");
  expect(beyondNotes(answer.findings)).toEqual(["discovery_unreachable"]);
  expect(answer.findings[0]?.mend).toContain("Is it running");
  expect(answer.status).toBe(2);
});

test("a certificate that nobody vouches for", async () => {
  const { key, cert } = createTlsIdentity(["127.0.0.1"]);
  const origin = await listen(createTlsServer({ key, cert }), "https");
  const answer = await examine(origin, []);
  expect(beyondNotes(answer.findings)).toEqual(["discovery_tls"]);
  expect(answer.findings[0]?.sentence).toMatch(/\((UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/);
  expect(answer.findings[0]?.mend).toContain("NODE_EXTRA_CA_CERTS");
  expect(answer.status).toBe(2);
});

test("an issuer by http elsewhere is not even asked", async () => {
  const answer = await examine("http://idp.example.org/realms/demo", []);
  expect(beyondNotes(answer.findings)).toEqual(["issuer_not_https"]);
  expect(answer.findings[0]?.mend).toContain("KC_HOSTNAME");
  expect(answer.status).toBe(1);
});

const publicName = "https://sso.example.com/realms/demo";

test.each([
  ["--discovery-url", (origin: string) => `${origin}/.well-known/openid-configuration`],
  ["--jwks-uri", (origin: string) => `${origin}/keys`],
])("a provider that callers know by another name, as seen from here: %s", async (option, address) => {
  const { issuer: origin } = await startProvider({ metadata: (good) => ({ ...good, issuer: publicName }) });
  const answer = await examine(publicName, [option, address(origin), loopback]);
  expect([answer.status, beyondNotes(answer.findings)]).toEqual([0, []]);
  const other = await examine(`${publicName}/x`, [option, address(`${origin}/nowhere`), loopback]);
  expect(other.status).toBe(1);
});

test("the library's variables stand for the options", async () => {
  const { issuer: origin } = await startProvider({
    metadata: (good) => ({ ...good, issuer: publicName }),
    keys: (keys) => [...keys, ecJwk("big", { curve: "P-521", alg: "ES512" })],
  });
  const env = {
    OIDC_ISSUER: publicName,
    OIDC_AUDIENCE: "my-api",
    OIDC_DISCOVERY_URL: `${origin}/.well-known/openid-configuration`,
    OIDC_ALGORITHMS: "RS256, ES256, ES512",
    OIDC_INSECURE_ALLOW_LOOPBACK: "true",
    OAUTH2_PRESET: "keycloak",
  };
  const { status, json } = await runJson<Answer>(["doctor"], { env });
  expect([status, beyondNotes(json.examinations[0]?.findings ?? [])]).toEqual([0, []]);
});

test("Entra ID is named by its tenant", async () => {
  const asked: string[] = [];
  const tenant = "11111111-2222-4333-8444-555555555555";
  await runJson(["doctor", "--tenant-id", tenant, "--audience", "my-api"], {
    fetch: async (input) => {
      asked.push(String(input));
      return new Response("{}", { status: 404 });
    },
  });
  const address = `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`;
  expect(new Set(asked)).toEqual(new Set([address]));
});

test.each([
  ["a tenant that is none", ["--tenant-id", "contoso"], /--tenant-id takes tenant ids/],
  [
    "an algorithm that is none",
    ["--preset", "github-actions", "--algorithms", "RS255"],
    /--algorithms takes a list/,
  ],
])("refused by the library's own sentence: %s", async (_name, args, sentence) => {
  const { status, stdout, stderr } = await run(["doctor", "--audience", "my-api", ...args]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(sentence);
});

test("every check beyond a note is tried on something broken", () => {
  const tried = new Set([
    ...brokenProviders.flatMap(({ finds }) => finds.split(" ")),
    "discovery_unreachable",
    "discovery_tls",
    "issuer_not_https",
  ]);
  const checks = [...Object.values(providerTables).flat(), lastWord];
  const untried = checks.filter(({ id, level }) => level !== "note" && !tried.has(id)).map(({ id }) => id);
  expect(untried).toEqual([]);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  for (const { id, level, mend } of checks)
    expect([id, level === "note" || mend !== undefined]).toEqual([id, true]);
});

test("a scripted provider that is well: nothing but notes, status 0", async () => {
  const { issuer } = await startProvider();
  const answer = await examine(issuer);
  expect([answer.status, answer.ok, beyondNotes(answer.findings)]).toEqual([0, true, []]);
});

test("the development provider is well", async () => {
  const idp = await startDevIdp({ quiet: true });
  onTestFinished(() => idp.close());
  const answer = await examine(idp.issuer);
  expect([answer.status, beyondNotes(answer.findings)]).toEqual([0, []]);
  expect(answer.findings.map(({ id }) => id)).toContain("dpop");
});

test("the program says it in lines, sorted by weight, and ends with 1", async () => {
  const { issuer } = await startProvider({ keys: ([rsa]) => [{ ...rsa, d: "c2VjcmV0", alg: undefined }] });
  const { status, stdout, stderr } = await runBin(["doctor", "--issuer", issuer, loopback]);
  expect([status, stderr]).toEqual([1, ""]);
  const heads = stdout.split("\n").filter((line) => /^(MEND|advice|note)/.test(line));
  expect(heads.slice(0, 2)).toEqual(["MEND   private_key_published", "advice alg_missing"]);
  expect(stdout).toContain("→ Replace the key at once");
  expect(stdout).toMatch(/1 to mend, 1 to consider\n$/);
  expect(stdout).not.toContain("c2VjcmV0");
});
