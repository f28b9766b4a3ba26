// A store of sessions that fails, says more than it should, or holds what nobody put there; sessions that are too large; options.
import { describe, expect, test } from "vitest";
import type { SessionStore } from "../../../src/index.ts";
import { loginTable } from "../../../src/login/options.ts";
import { routerTable } from "../../../src/login/router-options.ts";
import type { SallyportOptions } from "../../../src/sallyport.ts";
import { storeVerbs } from "../../../src/session/index.ts";
import { sessionOptionTable } from "../../../src/session/options.ts";
import { createMemorySessionStore } from "../../../src/stores/memory.ts";
import { canary, listen } from "./ears.ts";
import { publicUrl } from "./people-browser.ts";
import { clientSecret, type PeopleScene, sessionSecret, startPeople } from "./people-scene.ts";
import { ears, options } from "./scene.ts";

/** As a driver's error: the address with its password, the command with all that it was given. */
const failure = (given: readonly unknown[]) =>
  Object.assign(new Error(`connect redis://u:${canary("password")}@db: ${JSON.stringify(given)}`), {
    code: "ECONNRESET",
    name: canary("errorname"),
    command: { args: [...given, canary("argument")] },
    cause: new Error(canary("cause")),
  });

/** Everything that people can do, with a store that may fail on the way. */
async function live({ auth, browser: newBrowser, clock, provider }: PeopleScene): Promise<void> {
  const browser = newBrowser();
  const headers = {};
  await browser.signIn();
  await browser.send("/me", { headers });
  clock.now += 20 * 60_000;
  await browser.send("/me", { headers });
  await browser.send("/auth/v2/session", { headers, own: true });
  await browser.send("/auth/v2/userinfo", { headers, own: true });
  const owner = { issuer: provider.issuer, subject: canary("sub") };
  await auth.sessions.list(owner).catch((error: unknown) => ears.hear("list()", error));
  await auth.sessions.endAll(owner).catch((error: unknown) => ears.hear("endAll()", error));
  await browser.signIn();
  const form = {
    logout_token: ears.hide(provider.logoutToken({ jti: canary("jti"), sid: canary("sidattheprovider") })),
  };
  await browser.send("/auth/v2/backchannel-logout", { method: "POST", headers, form, cookie: "" });
  await browser.send(
    `/auth/v2/frontchannel-logout?iss=${provider.issuer}&sid=${canary("sidattheprovider")}`,
    {
      cookie: "",
    },
  );
  await browser.signIn();
  await browser.send("/auth/v2/logout", { method: "POST", form: {} });
  clock.now += 3 * 3_600_000;
  await browser.signIn();
  await browser.send("/me", { headers });
}

describe("a store of sessions", () => {
  const ways: [string, (given: readonly unknown[]) => unknown][] = [
    ["rejects", (given) => Promise.reject(failure(given))],
    [
      "throws at once",
      (given) => {
        throw failure(given);
      },
    ],
    ["rejects with words", () => Promise.reject(canary("thrown"))],
  ];
  // Where these fail, a request goes on: the idle limit, the lease and the sweeping are made good by time.
  const borne = ["touch", "release", "sweep"];
  const rows = storeVerbs.flatMap((verb) => ways.map(([how, fail]) => [verb, how, fail] as const));
  test.each(rows)("whose %s %s", async (verb, _, fail) => {
    const store = createMemorySessionStore();
    const sessionStore: SessionStore = { ...store, [verb]: (...given: unknown[]) => fail(given) };
    const scene = await startPeople({ deps: { sessionStore } });
    await live(scene);
    await scene.end();
    if (!borne.includes(verb)) expect([...ears.codes]).toContain("session_store_unavailable");
    expect(ears.leaks()).toEqual([]);
  });

  test("whose rows are somebody else's words", async () => {
    const store = createMemorySessionStore();
    const read = async (idHash: string, now: number) => {
      const row = await store.read(idHash, now);
      return (
        row && { ...row, sealed: `${row.sealed.slice(0, 9)}${canary("sealed")}`, version: row.version + 1 }
      );
    };
    const scene = await startPeople({ deps: { sessionStore: { ...store, read } } });
    await live(scene);
    await scene.end();
    expect([...ears.codes]).toContain("session_ended");
    expect(ears.leaks()).toEqual([]);
  });
});

test("a session that fits into no cookie", async () => {
  const scene = await startPeople({
    script: { idToken: { claims: (good) => ({ ...good, much: canary("much").repeat(2_000) }) } },
  });
  expect((await scene.browser().signIn()).status).toBe(503);
  await scene.end();
  expect([...ears.codes]).toContain("session_too_large");
  expect(ears.leaks()).toEqual([]);
});

describe("the options of people who sign in", () => {
  const members = [
    ["login", loginTable],
    ["session", sessionOptionTable],
    ["router", routerTable],
  ] as const;
  const rows = members.flatMap(([option, table]) =>
    Object.keys(table).map((name) => [option, name] as const),
  );
  const good = {
    issuer: options.issuer,
    audience: "api",
    clientId: "web",
    clientSecret,
    publicUrl,
    session: { secret: sessionSecret },
  };
  test.each([...rows, ["session", canary("unknown")] as const])("%s.%s of words", async (option, name) => {
    const values = [
      ` ${canary("words")} \u0000`,
      [canary("item")],
      [{ secret: canary("item") }],
      { [canary("member")]: canary("value") },
      { backchannelLogout: canary("path") },
      `https://${canary("user")}:${canary("password")}@${canary("host")}.example/?${canary("query")}`,
    ];
    let refused = 0;
    for (const value of values) {
      const own = { ...(option === "session" && good.session), [name]: value };
      const thrown = await listen({ ...good, [option]: own } as SallyportOptions, ears).then(
        (core) => core.close(),
        (error: unknown) => error,
      );
      if (thrown instanceof TypeError) refused += 1;
      ears.hear("thrown", thrown);
    }
    expect(refused).toBeGreaterThan(0);
    // A member that is no option is named: an option's name is no secret.
    expect(ears.leaks().filter((leak) => !/^cnry(member|unknown)zz/.test(leak))).toEqual([]);
  });
});
