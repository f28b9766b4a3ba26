// The command against a real Keycloak (`npm run test:services -- keycloak`): a provider that nobody scripted.
import { sallyport } from "sallyport/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { api, secret } from "../../../sallyport/test/services/keycloak/realm.ts";
import { createScene, type Scene } from "../../../sallyport/test/services/keycloak/scene.ts";
import { secret as clientSecret, loginRealm } from "../../../sallyport/test/services/keycloak-login/realm.ts";
import type { Finding } from "../../src/finding.ts";
import { run, runJson } from "../support/run.ts";
import { serve } from "../support/scripted-provider.ts";

interface Answer {
  readonly examinations: readonly { readonly findings: readonly Finding[] }[];
}

const home = process.env.SALLYPORT_KEYCLOAK_HOME;
const loopback = "--insecure-allow-loopback";

describe.skipIf(!home)("Keycloak", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await createScene(home ?? "");
  }, 200_000);
  afterAll(() => scene?.stop());

  const examine = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { status, json } = await runJson<Answer>(["doctor", ...args, loopback], { env });
    const findings = json.examinations.flatMap((one) => one.findings);
    return { status, findings, mends: findings.filter(({ level }) => level === "mend").map(({ id }) => id) };
  };

  test("a realm as it comes is usable, and its preset is known", async () => {
    const answer = await examine(["--issuer", scene.issuer, "--audience", api]);
    expect([answer.status, answer.mends]).toEqual([0, []]);
    expect(answer.findings.find(({ id }) => id === "preset")?.sentence).toContain(
      "keycloak, which the issuer's URL proves",
    );
  });

  test.each([
    ["a slash too many", (issuer: string) => `${issuer}/`, "issuer_differs"],
    ["another realm", (issuer: string) => `${issuer}-x`, "discovery_status"],
  ] as const)("%s is found", async (_name, change, id) => {
    const answer = await examine(["--issuer", change(scene.issuer), "--audience", api]);
    expect(answer.mends).toEqual([id]);
  });

  test("a token of a client is what an API takes, and an API that takes it is guarded", async () => {
    const args = ["--issuer", scene.issuer, "--client-id", "worker", loopback];
    const got = await run(["token", ...args], { env: { OIDC_CLIENT_SECRET: secret } });
    expect([got.status, got.stderr]).toEqual([0, ""]);
    const inspected = await run(["inspect", "--issuer", scene.issuer, "--audience", api, loopback], {
      stdin: got.stdout,
    });
    expect(inspected.stdout).toContain("It is good.");
    const auth = sallyport({ issuer: scene.issuer, audience: api, insecureAllowLoopback: true });
    const origin = await serve(auth.required((_request, response) => void response.end("ok")));
    const examined = await examine(
      ["--api", `${origin}/me`, "--token-command", "node -p process.env.TOKEN"],
      {
        TOKEN: got.stdout.trim(),
        PATH: process.env.PATH ?? "",
      },
    );
    expect([examined.status, examined.mends]).toEqual([0, []]);
  });

  describe("people who sign in there", () => {
    const app = "https://app.example.com";
    beforeAll(async () => {
      const realm = loginRealm("people", app);
      const [web] = realm.clients;
      const off = { ...web, clientId: "no-code-flow", standardFlowEnabled: false };
      const any = { ...web, clientId: "any-callback", redirectUris: ["*"] };
      await scene.keycloak.admin("POST", "realms", { ...realm, clients: [...realm.clients, off, any] });
    }, 60_000);

    async function signIn(args: readonly string[], text = clientSecret) {
      const issuer = `${scene.keycloak.url}/realms/people`;
      const named = args.includes("--client-id") ? [] : ["--client-id", "web"];
      const all = ["doctor", "--issuer", issuer, "--insecure-allow-loopback", "--sign-in", ...named, ...args];
      const { json } = await runJson<Answer>(all, { env: { OIDC_CLIENT_SECRET: text } });
      return json.examinations.at(-1)?.findings ?? [];
    }
    const url = ["--public-url", app];
    const mends = (findings: readonly Finding[]) =>
      findings.flatMap(({ id, level }) => (level === "mend" ? [id] : [])).join(" ");

    test("a client that is well, and what Keycloak has", async () => {
      const findings = await signIn(url);
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
        clientSecret,
        "callback_not_registered",
      ],
      [
        "a slash too many",
        ["--callback-url", `${app}/auth/v2/callback/`],
        clientSecret,
        "callback_not_registered",
      ],
      ["another secret", url, "another-secret", "secret_refused"],
      ["no such client", [...url, "--client-id", "wob"], clientSecret, "client_unknown secret_refused"],
      [
        "a client without the code flow",
        [...url, "--client-id", "no-code-flow"],
        clientSecret,
        "authorization_error",
      ],
      [
        "a client of any callback",
        [...url, "--client-id", "any-callback"],
        clientSecret,
        "any_callback_accepted",
      ],
    ])("%s", async (_name, args, text, finds) => {
      expect(mends(await signIn(args, text))).toBe(finds);
    });
  });
});
