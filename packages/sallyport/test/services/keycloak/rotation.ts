// A realm changes its key while requests go on.
import { expect, test } from "vitest";
import { clientCredentials, peek } from "./callers.ts";
import { type Scene, startApi } from "./scene.ts";

const keyLifetimeMs = 600_000;

export function rotation(scene: () => Scene): void {
  test("a key comes and a key goes: no honest request is refused, and what the old key signed is", async () => {
    const { otherIssuer: issuer, keycloak } = scene();
    let ahead = 0;
    const { events, get } = await startApi({ issuer }, { now: () => Date.now() + ahead });
    const rotations = () =>
      events.flatMap((event) =>
        event.type === "security" && event.name === "keys_rotated" ? [event.message] : [],
      );
    const old = await clientCredentials(issuer, "worker");
    const unused = await clientCredentials(issuer, "worker");
    const oldKid = peek(old.access_token, 0).kid;

    // Each caller asks for a token and uses it at once; one goes on with the token that it has.
    const statuses: number[] = [];
    const kids = new Set<unknown>();
    async function call(token?: string): Promise<void> {
      const used = token ?? (await clientCredentials(issuer, "worker")).access_token;
      kids.add(peek(used, 0).kid);
      statuses.push((await get("/me", used)).status);
    }
    let stopped = false;
    async function callOn(token?: () => string | undefined): Promise<void> {
      while (!stopped) await call(token?.());
    }
    let kept: string | undefined = old.access_token;
    const callers = [callOn(), callOn(), callOn(() => kept)];
    await expect.poll(() => statuses.length, { timeout: 20_000 }).toBeGreaterThan(10);

    await addKey();
    await expect.poll(() => kids.size, { timeout: 20_000 }).toBe(2);
    const before = statuses.length;
    await expect.poll(() => statuses.length, { timeout: 20_000 }).toBeGreaterThan(before + 20);
    expect(rotations()).toHaveLength(1);

    // As an administrator does it: the old key goes when no honest caller has a token of it any more.
    kept = undefined;
    await removeKey();
    ahead = keyLifetimeMs;
    await expect.poll(() => rotations().length, { timeout: 20_000 }).toBe(2);
    const after = statuses.length;
    await expect.poll(() => statuses.length, { timeout: 20_000 }).toBeGreaterThan(after + 20);
    stopped = true;
    await Promise.all(callers);

    expect(new Set(statuses), `${statuses.length} requests`).toEqual(new Set([200]));
    for (const { access_token } of [old, unused]) {
      expect(await get("/me", access_token)).toMatchObject({ status: 401, code: "key_not_found" });
    }

    async function addKey(): Promise<void> {
      const { id } = await keycloak.admin<{ id: string }>("GET", "realms/other");
      await keycloak.admin("POST", "realms/other/components", {
        name: "the next key",
        providerId: "rsa-generated",
        providerType: "org.keycloak.keys.KeyProvider",
        parentId: id,
        config: { priority: ["200"], enabled: ["true"], active: ["true"], algorithm: ["RS256"] },
      });
    }

    async function removeKey(): Promise<void> {
      type Keys = { keys: { kid: string; providerId: string }[] };
      const { keys } = await keycloak.admin<Keys>("GET", "realms/other/keys");
      const path = `realms/other/components/${keys.find(({ kid }) => kid === oldKid)?.providerId}`;
      const component = await keycloak.admin<{ config: object }>("GET", path);
      const config = { ...component.config, enabled: ["false"], active: ["false"] };
      await keycloak.admin("PUT", path, { ...component, config });
    }
  });
}
