// Programs on people's own machines: what they are handed, what they send in its place, and what their provider says to that.
import { describe, expect, test } from "vitest";
import { createMemorySessionStore } from "../../../src/stores/memory.ts";
import { canary } from "./ears.ts";
import { type PeopleScene, startPeople, words } from "./people-scene.ts";
import { ears } from "./scene.ts";

type Fields = Record<string, string>;

const callback = "http://localhost:53100/callback";
const asked = `?${new URLSearchParams({ redirect_uri: callback, offline_access: "true" })}`;

async function startNative(): Promise<PeopleScene> {
  return startPeople({
    options: { nativeClients: {} },
    deps: { sessionStore: createMemorySessionStore() },
  });
}

/** The answer goes to who asked, with what is theirs; the handles in it are for nobody else. */
async function post(scene: PeopleScene, name: "token" | "device", form: Fields) {
  const request = { method: "POST", headers: {}, form, cookie: "", own: true };
  const { status, text } = await scene.browser().send(`/auth/v2/${name}`, request);
  const body = JSON.parse(text) as Fields;
  for (const field of ["refresh_token", "device_code"]) ears.hide(body[field] ?? "");
  if (status !== 200) ears.hear("a refusal", text);
  return { status, body };
}

async function caught(scene: PeopleScene): Promise<Fields> {
  const { location } = await scene.browser().signIn(asked);
  const { searchParams } = new URL(location);
  return {
    code: searchParams.get("code") ?? "",
    redirect_uri: callback,
    code_verifier: searchParams.get("state") ?? "",
  };
}

async function confirmed(scene: PeopleScene): Promise<Fields> {
  const { body } = await post(scene, "device", {});
  scene.clock.now += 5000;
  return { device_code: body.device_code ?? "" };
}

describe("native clients", () => {
  test("who sign in by a code and on another device, and renew", async () => {
    const scene = await startNative();
    const { status, body } = await post(scene, "token", await caught(scene));
    expect(status).toBe(200);
    expect((await post(scene, "token", { refresh_token: body.refresh_token ?? "" })).status).toBe(200);
    expect((await post(scene, "token", await confirmed(scene))).status).toBe(200);
    await scene.end();
    expect(ears.leaks()).toEqual([]);
  });

  const lies: [string, (good: Fields) => Fields][] = [
    ["a code of words", (good) => ({ ...good, code: canary("code") })],
    ["a verifier of words", (good) => ({ ...good, code_verifier: canary("verifier").repeat(4) })],
    ["another place", (good) => ({ ...good, redirect_uri: `http://localhost/${canary("place")}` })],
    ["a grant of words", (good) => ({ ...good, grant_type: canary("grant") })],
    ["a refresh token of words", () => ({ refresh_token: canary("refresh") })],
    ["a device code of words", () => ({ "device-code": canary("device") })],
    ["nothing but words", () => ({ [canary("field")]: canary("value") })],
  ];
  test.each(lies)("who send %s", async (_, bend) => {
    const scene = await startNative();
    expect((await post(scene, "token", bend(await caught(scene)))).status).toBe(400);
    await scene.end();
    expect(ears.leaks()).toEqual([]);
  });

  test("whose provider answers in words of its own", async () => {
    const scene = await startNative();
    const { body } = await post(scene, "token", await caught(scene));
    const forms = [await caught(scene), await confirmed(scene), { refresh_token: body.refresh_token ?? "" }];
    scene.script.token = () => ({ status: 400, body: { ...words, error: "invalid_grant" } });
    for (const form of forms) expect((await post(scene, "token", form)).status).toBe(400);
    scene.script.authorize = (good) => [["error", canary("error")], ...good.slice(1)];
    const { location } = await scene.browser().signIn(asked);
    expect(location).toBe(`${callback}?error=access_denied`);
    await scene.end();
    expect(ears.leaks()).toEqual([]);
  });
});

describe("a page of the provider's that signs people out", () => {
  test.each(["with their cookie", "by its name for the session"])("%s", async (how) => {
    const scene = await startNative();
    const browser = scene.browser();
    await browser.signIn();
    const path = `/auth/v2/frontchannel-logout?iss=${scene.provider.issuer}&sid=${canary("sidattheprovider")}`;
    await browser.send(path, how === "with their cookie" ? {} : { cookie: "" });
    expect((await browser.send("/me", { headers: {} })).status).toBe(401);
    await scene.end();
    expect(ears.leaks()).toEqual([]);
  });
});
