// Keycloak dies, and comes back.
import { expect, test } from "vitest";
import { clientCredentials } from "./callers.ts";
import { type Scene, startApi } from "./scene.ts";

const minutes = (count: number) => count * 60_000;
const hours = (count: number) => minutes(count * 60);

export function outage(scene: () => Scene): void {
  test("requests go on while the keys at hand may be used, then it is 503, and all is well when it is back", async () => {
    const { issuer, keycloak } = scene();
    let ahead = 0;
    const now = () => Date.now() + ahead;
    const { auth, events, get } = await startApi({ issuer }, { now });
    const heard = (name: string) => events.some((event) => event.type === "security" && event.name === name);
    const token = async () => (await clientCredentials(issuer, "worker")).access_token;
    const [seen, unseen, late] = [await token(), await token(), await token()];
    expect(await get("/me", seen)).toMatchObject({ status: 200 });

    await keycloak.kill();
    await expect(token()).rejects.toThrow("fetch failed");
    expect(await get("/me", seen)).toMatchObject({ status: 200 });
    expect(await get("/me", unseen), "of a caller who comes for the first time").toMatchObject({
      status: 200,
    });

    // The keys are older than their lifetime: the fetch fails, and they are used on.
    ahead = minutes(11);
    expect(await get("/me", seen)).toMatchObject({ status: 200 });
    await expect.poll(() => heard("keys_fetch_failed"), { timeout: 10_000 }).toBe(true);
    ahead = hours(4);
    expect(await get("/me", seen)).toMatchObject({ status: 200 });
    expect(await get("/me", late)).toMatchObject({ status: 200 });
    expect(auth.health()).toMatchObject({ issuers: [{ state: "stale" }] });

    // Past what `staleKeysSeconds` allows nobody can tell any more, and no caller is told that its token is bad.
    ahead = hours(4) + minutes(11);
    const refused = await get("/me", seen);
    expect(refused).toMatchObject({ status: 503, body: { error: "temporarily_unavailable" } });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);

    // An API that starts while Keycloak is down serves what is open, and says 503 for the rest.
    const another = await startApi({ issuer }, { now });
    expect(await another.get("/me", seen)).toMatchObject({ status: 503 });
    expect(await another.get("/me")).toMatchObject({ status: 401, code: "missing_token" });

    await keycloak.startAgain();
    ahead += minutes(2);
    expect(await get("/me", seen)).toMatchObject({ status: 200 });
    expect(heard("keys_recovered")).toBe(true);
    expect(await get("/me", await token())).toMatchObject({ status: 200 });
    expect(await another.get("/me", seen)).toMatchObject({ status: 200 });
  });
}
