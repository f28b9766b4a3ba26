// The command, asked about a real Keycloak and its tokens.
import { describe, expect, test } from "vitest";
import { run, runJson } from "../../../../cli/test/support/run.ts";
import { logIn } from "./callers.ts";
import { api, secret } from "./realm.ts";
import type { Scene } from "./scene.ts";

interface Said {
  readonly id: string;
  readonly level: string;
}

/** Said in the metadata of every realm, whatever its clients may do. */
const offeredByAll = ["pkce_plain_offered", "implicit_offered", "password_grant_offered"];

export function command(scene: () => Scene): void {
  const whom = () => ["--issuer", scene().issuer, "--audience", api, "--insecure-allow-loopback"];

  describe("the command", () => {
    test("doctor: nothing to mend, and what Keycloak offers beyond what it should", async () => {
      const { status, json } = await runJson<{ examinations: { findings: Said[] }[] }>(["doctor", ...whom()]);
      const findings = json.examinations[0]?.findings ?? [];
      const ids = (level: string) => findings.filter((one) => one.level === level).map(({ id }) => id);
      expect(ids("mend")).toEqual([]);
      expect(ids("advice")).toEqual(offeredByAll);
      expect(ids("note")).toEqual(expect.arrayContaining(["preset", "introspection", "dpop"]));
      expect(status).toBe(0);
    });

    test("token gets one, and inspect calls it good", async () => {
      const token = await run(
        ["token", "--issuer", scene().issuer, "--client-id", "worker", "--insecure-allow-loopback"],
        { env: { OIDC_CLIENT_SECRET: secret } },
      );
      expect(token.status).toBe(0);
      const { json } = await runJson<Inspected>(["inspect", ...whom()], { stdin: token.stdout });
      expect(json.verdict).toMatchObject({ outcome: "good", preset: "keycloak" });
    });

    test.each([
      ["id_token", "id_token", "wrong_token_type"],
      ["refresh_token", "refresh_token", "disallowed_alg"],
    ] as const)("inspect knows the %s", async (which, id, code) => {
      const tokens = await logIn(scene().issuer, "shop", "ada");
      const { status, json } = await runJson<Inspected>(["inspect", ...whom()], { stdin: tokens[which] });
      expect(json.observations.map((one) => one.id)).toContain(id);
      expect(json.verdict).toMatchObject({ outcome: "refused", code });
      expect(status).toBe(1);
    });
  });
}

interface Inspected {
  readonly observations: readonly Said[];
  readonly verdict: { readonly outcome: string; readonly preset: string; readonly code?: string };
}
