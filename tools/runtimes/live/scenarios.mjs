// What is asked of a running server, over real sockets, with a provider that answers when it is told to.
import { setTimeout as wait } from "node:timers/promises";

/** @typedef {{ base: string, face: string, provider: Awaited<ReturnType<typeof import("./key-server.mjs").startKeyServer>> }} Scene */

/** A good token is let in, a bad one and none are not. */
export const smoke = {
  "a good token is let in, by its subject": async ({ base, provider }) => {
    equal(await ask(base, await provider.idp.token({ subject: "s1" })), [200, { sub: "s1" }]);
  },
  "a bad one is 401": async ({ base, provider }) => {
    const token = await provider.idp.token({ subject: "s1" });
    equal((await ask(base, `${token.slice(0, -8)}AAAAAAAA`))[0], 401);
    equal((await ask(base, await provider.idp.token({ expiresInSeconds: -600 })))[0], 401);
  },
  "and so is none": async ({ base }) => equal((await ask(base))[0], 401),
};

/** In this order: each goes on from what the one before has left. */
export const keysOverTime = {
  "who hangs up while keys are fetched takes nobody along who waits for them, too": async (scene) => {
    const { base, provider } = scene;
    provider.hold();
    const gone = new AbortController();
    const first = ask(base, await provider.idp.token({ subject: "s0" }), gone.signal).catch(() => "gone");
    await until(() => provider.seen.length > 0);
    const second = tell(scene, "s1");
    await wait(200);
    gone.abort();
    equal(await first, "gone");
    await wait(200);
    provider.release();
    equal(await second, [200, { sub: "s1" }]);
    provider.seen.length = 0;
    await advance(scene, 20_000);
  },
  "two first requests wait for keys at once, and both are answered": async (scene) => {
    const { base, provider } = scene;
    provider.hold();
    const both = [tell(scene, "s1"), tell(scene, "s2")];
    await until(() => provider.seen.length > 0);
    await wait(300);
    provider.release();
    equal(await Promise.all(both), [
      [200, { sub: "s1" }],
      [200, { sub: "s2" }],
    ]);
    equal([...provider.seen], ["/.well-known/openid-configuration", "/keys"]);
    equal((await ask(base, `${await provider.idp.token()}x`))[0], 401);
  },
  "keys that are due are refreshed behind the answer": async (scene) => {
    const { provider } = scene;
    await advance(scene, 500);
    provider.hold();
    equal(await tell(scene, "s3"), [200, { sub: "s3" }]);
    await wait(100);
    provider.release();
    await until(async () => (await health(scene)).ageSeconds < 100);
    equal(provider.seen.length, 4);
  },
  "past their lifetime, two requests wait no longer than a second for a provider that hangs": async (
    scene,
  ) => {
    const { provider } = scene;
    await advance(scene, 700);
    provider.hold();
    equal(await Promise.all([tell(scene, "s4"), tell(scene, "s5")]), [
      [200, { sub: "s4" }],
      [200, { sub: "s5" }],
    ]);
    equal((await health(scene)).state, "stale");
    provider.release();
    await until(async () => (await health(scene)).state === "fresh");
  },
  "a new key is fetched once, for two requests that bring it at once": async (scene) => {
    const { provider } = scene;
    const before = (await health(scene)).fetches;
    provider.idp.rotateKeys();
    provider.hold();
    const both = [tell(scene, "s6"), tell(scene, "s7")];
    await wait(300);
    provider.release();
    equal(await Promise.all(both), [
      [200, { sub: "s6" }],
      [200, { sub: "s7" }],
    ]);
    equal((await health(scene)).fetches - before, 2);
  },
};

async function tell({ base, provider }, subject) {
  return ask(base, await provider.idp.token({ subject }));
}

/** Status, and the JSON of a 200. */
async function ask(base, token, signal = AbortSignal.timeout(15_000)) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${base}/me`, { headers, signal });
  const text = await answer.text();
  return answer.status === 200 ? [200, JSON.parse(text)] : [answer.status, text];
}

async function advance({ base, provider }, seconds) {
  provider.idp.clock.advance({ seconds });
  await fetch(new URL(`/control/advance?seconds=${seconds}`, base));
}

async function health({ base, face }) {
  return (await fetch(new URL(`/control/health?of=${face}`, base))).json();
}

async function until(condition) {
  for (let times = 0; times < 200; times += 1) {
    if (await condition()) return;
    await wait(50);
  }
  throw new Error("what was waited for did not come within ten seconds");
}

function equal(actual, expected) {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`expected ${should}, got ${is}`);
}
