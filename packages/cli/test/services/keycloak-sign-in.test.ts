// `sallyport doctor --sign-in` against a real Keycloak (`npm run test:services -- keycloak`): what it says of a right and of wrong clients.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Keycloak, startKeycloak } from "../../../sallyport/test/services/keycloak/server.ts";
import { loginRealm, secret } from "../../../sallyport/test/services/keycloak-login/realm.ts";
import type { Finding } from "../../src/finding.ts";
import { runJson } from "../support/run.ts";

interface Answer {
  readonly examinations: readonly { readonly findings: readonly Finding[] }[];
}

const home = process.env.SALLYPORT_KEYCLOAK_HOME;
const app = "https://app.example.com";

describe.skipIf(!home)("signing in at Keycloak", () => {
  let keycloak: Keycloak;
  beforeAll(async () => {
    keycloak = await startKeycloak(home ?? "");
    const realm = loginRealm("people", app);
    const [web] = realm.clients;
    const off = { ...web, clientId: "no-code-flow", standardFlowEnabled: false };
    const any = { ...web, clientId: "any-callback", redirectUris: ["*"] };
    await keycloak.admin("POST", "realms", { ...realm, clients: [...realm.clients, off, any] });
  }, 200_000);
  afterAll(() => keycloak?.stop());

  async function examine(args: readonly string[], text = secret) {
    const issuer = `${keycloak.url}/realms/people`;
    const named = args.includes("--client-id") ? [] : ["--client-id", "web"];
    const all = ["doctor", "--issuer", issuer, "--insecure-allow-loopback", "--sign-in", ...named, ...args];
    const { json } = await runJson<Answer>(all, { env: { OIDC_CLIENT_SECRET: text } });
    return json.examinations.at(-1)?.findings ?? [];
  }
  const url = ["--public-url", app];
  const mends = (findings: readonly Finding[]) =>
    findings.flatMap(({ id, level }) => (level === "mend" ? [id] : [])).join(" ");

  test("a client that is well, and what Keycloak has", async () => {
    const findings = await examine(url);
    expect(mends(findings)).toBe("");
    expect(findings.map(({ id }) => id)).toEqual([
      "callback_registered",
      "secret_accepted",
      "provider_logout",
      "told_of_logouts",
      "renewal",
      "devices",
      "pushed_requests",
    ]);
    expect(findings.find(({ id }) => id === "told_of_logouts")?.sentence).toContain("and of which session");
  });

  test.each([
    [
      "a callback elsewhere",
      ["--public-url", "https://www.app.example.com"],
      secret,
      "callback_not_registered",
    ],
    ["a slash too many", ["--callback-url", `${app}/auth/v2/callback/`], secret, "callback_not_registered"],
    ["another secret", url, "another-secret", "secret_refused"],
    ["no such client", [...url, "--client-id", "wob"], secret, "client_unknown secret_refused"],
    [
      "a client without the code flow",
      [...url, "--client-id", "no-code-flow"],
      secret,
      "authorization_error",
    ],
    ["a client of any callback", [...url, "--client-id", "any-callback"], secret, "any_callback_accepted"],
  ])("%s", async (_name, args, text, finds) => {
    expect(mends(await examine(args, text))).toBe(finds);
  });
});
