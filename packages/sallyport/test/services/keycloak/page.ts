// docs/providers/keycloak.md, in a realm with nothing in it: what it says to click, done by the admin interface, and its line to try.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { peek } from "./callers.ts";
import { api } from "./realm.ts";
import { type Scene, startApi } from "./scene.ts";

const text = readFileSync(new URL("../../../../../docs/providers/keycloak.md", import.meta.url), "utf8");
const [, section = ""] = text.split("## A token to try");
const [, line = ""] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];

/** What the page's line prints, with the secret at its standard input. */
function runLine(issuer: string, secret: string): Promise<string> {
  const shell = spawn("bash", ["-c", line.replace("https://sso.example.com/realms/demo", issuer)]);
  let printed = "";
  shell.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  shell.stdin.end(`${secret}\n`);
  return new Promise((resolve) => shell.on("close", () => resolve(printed)));
}

export function page(scene: () => Scene): void {
  test("the page's steps, in a new realm", async () => {
    const { keycloak } = scene();
    const { admin } = keycloak;
    const issuer = `${keycloak.url}/realms/demo`;
    const idOf = async (clientId: string) => {
      const [found] = await admin<{ id: string }[]>("GET", `realms/demo/clients?clientId=${clientId}`);
      return found?.id ?? "";
    };
    await admin("POST", "realms", { realm: "demo", enabled: true });
    const secret = crypto.randomUUID();
    // Step 1, and the client that calls.
    const off = { standardFlowEnabled: false, directAccessGrantsEnabled: false, publicClient: false };
    await admin("POST", "realms/demo/clients", { clientId: api, ...off });
    const caller = { clientId: "worker", secret, ...off, serviceAccountsEnabled: true };
    await admin("POST", "realms/demo/clients", caller);
    const [apiId, workerId] = [await idOf(api), await idOf("worker")];
    const token = async () =>
      (JSON.parse(await runLine(issuer, secret)) as { access_token: string }).access_token;
    const { get } = await startApi({ issuer });

    // Before step 2: the first row of its table.
    const early = await get("/me", await token());
    expect(early).toMatchObject({ status: 401, code: "invalid_audience" });
    expect(text).toContain(`\`invalid_audience\`: ${early.reason} |`);

    // Steps 2 and 3.
    await admin("POST", "realms/demo/client-scopes", {
      name: api,
      protocol: "openid-connect",
      protocolMappers: [
        {
          name: api,
          protocol: "openid-connect",
          protocolMapper: "oidc-audience-mapper",
          config: { "included.client.audience": api, "access.token.claim": "true" },
        },
      ],
    });
    const scopes = await admin<{ id: string; name: string }[]>("GET", "realms/demo/client-scopes");
    const scope = scopes.find(({ name }) => name === api);
    await admin("PUT", `realms/demo/clients/${workerId}/default-client-scopes/${scope?.id}`);
    expect(peek(await token(), 1).aud).toEqual(expect.arrayContaining([api]));
    expect(await get("/me", await token())).toMatchObject({ status: 200, body: { kind: "service" } });
    expect(await get("/refund", await token())).toMatchObject({ status: 403 });

    // Step 4.
    await admin("POST", `realms/demo/clients/${apiId}/roles`, { name: "refund" });
    const role = await admin("GET", `realms/demo/clients/${apiId}/roles/refund`);
    const { id } = await admin<{ id: string }>("GET", `realms/demo/clients/${workerId}/service-account-user`);
    await admin("POST", `realms/demo/users/${id}/role-mappings/clients/${apiId}`, [role]);
    expect(await get("/refund", await token())).toMatchObject({ status: 200 });
  });
}
