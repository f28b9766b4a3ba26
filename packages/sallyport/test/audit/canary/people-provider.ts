// What a provider answers when somebody signs in or is renewed, or when a program asks; and when it cannot be asked.
import { describe, expect, test } from "vitest";
import { createPeople } from "../../../src/people.ts";
import { splitOptions } from "../../../src/people-options.ts";
import { createMemorySessionStore } from "../../../src/stores/memory.ts";
import { createVerifier } from "../../../src/verify/index.ts";
import type { Bent, BentJwt, Json, ProviderScript } from "../../support/scripted-login-provider.ts";
import { canary, hearing } from "./ears.ts";
import { publicUrl } from "./people-browser.ts";
import { clientSecret, sessionSecret, spoken, startPeople, words } from "./people-scene.ts";
import { ears } from "./scene.ts";

describe("a provider's answer to a sign-in", () => {
  type Pairs = [string, string][];
  const without = (name: string) => (good: Pairs) => good.filter(([one]) => one !== name);
  const rows: [string, NonNullable<ProviderScript["authorize"]>, string][] = [
    ["an error of words", (good) => [...without("code")(good), ...Object.entries(words)], "login_refused"],
    [
      "a registered error, described",
      (good) => [...without("code")(good), ...Object.entries({ ...words, error: "access_denied" })],
      "login_refused",
    ],
    ["a code and an error", (good) => [...good, ["error", canary("error")]], "login_interrupted"],
    ["another iss", (good) => [...without("iss")(good), ["iss", canary("iss")]], "login_interrupted"],
    ["no iss", without("iss"), "login_interrupted"],
    ["no code", without("code"), "login_interrupted"],
    ["two codes", (good) => [...good, ["code", canary("code")]], "login_interrupted"],
    ["another state", (good) => [...without("state")(good), ["state", canary("state")]], "login_interrupted"],
    ["an ID token", (good) => [...good, ["id_token", canary("idtoken")]], "login_interrupted"],
    ["a code of words", (good) => [["code", canary("code")], ...without("code")(good)], "login_refused"],
  ];
  test.each(rows)("%s", async (_, authorize, code) => {
    const scene = await startPeople({ script: { authorize } });
    const browser = scene.browser();
    const { status } = await browser.signIn();
    expect(status).toBe(400);
    await scene.end();
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});

const answers: [string, (good: Json) => Bent, string][] = [
  ["400 and an error of words", () => ({ status: 400, headers: spoken, body: words }), "login_refused"],
  [
    "400 and a registered error, described",
    () => ({ status: 400, body: { ...words, error: "invalid_grant" } }),
    "login_refused",
  ],
  [
    "401 and a challenge of words",
    () => ({ status: 401, headers: spoken, body: { ...words, error: "invalid_client" } }),
    "provider_refused_client",
  ],
  [
    "400, for this client may not",
    () => ({ status: 400, body: { ...words, error: "unauthorized_client" } }),
    "provider_refused_client",
  ],
  ["500 and words", () => ({ status: 500, headers: spoken, body: canary("body") }), "provider_unavailable"],
  ["no JSON", () => ({ body: `${canary("body")} {` }), "provider_unavailable"],
  ["broken JSON", () => ({ body: `{"access_token":"${canary("access")}",}` }), "provider_unavailable"],
  ["a list", () => ({ body: [canary("body")] }), "provider_unavailable"],
  [
    "a redirect",
    () => ({ status: 302, headers: { location: `http://u:${canary("password")}@127.0.0.1/` }, body: "" }),
    "provider_unavailable",
  ],
  [
    "too much",
    (good) => ({ body: { ...good, more: canary("more").repeat(40_000) } }),
    "provider_unavailable",
  ],
  ["an error beside its tokens", (good) => ({ body: { ...good, ...words } }), "login_refused"],
  [
    "no access token",
    (good) => ({ body: { ...good, access_token: [canary("access")] } }),
    "provider_unavailable",
  ],
  [
    "an access token that no header carries",
    (good) => ({ body: { ...good, access_token: `${canary("access")} ${canary("access")}` } }),
    "login_refused",
  ],
  [
    "a token type of words",
    (good) => ({ body: { ...good, token_type: canary("type") } }),
    "provider_unavailable",
  ],
  ["tokens bound to who knows what", (good) => ({ body: { ...good, token_type: "DPoP" } }), "login_refused"],
];

describe("a provider's token endpoint, when somebody signs in, answers", () => {
  test.each<[string, (good: Json) => Bent, string]>([
    ...answers,
    [
      "no ID token",
      ({ id_token: _, ...good }) => ({ body: { ...good, [canary("member")]: 1 } }),
      "invalid_id_token",
    ],
    ["an ID token of words", (good) => ({ body: { ...good, id_token: canary("id") } }), "invalid_id_token"],
  ])("%s", async (_, token, code) => {
    const scene = await startPeople({ script: { token } });
    const { status } = await scene.browser().signIn();
    expect(status).toBe(code === "login_refused" || code === "invalid_id_token" ? 400 : 503);
    await scene.end();
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});

describe("a provider's token endpoint, reached by a fetch of the application's own, which", () => {
  const hostile = Object.assign(new TypeError(`Failed to fetch https://${canary("host")}.example`), {
    cause: Object.assign(new Error(canary("cause")), { code: canary("code"), data: canary("data") }),
  });
  const rows: [string, () => Promise<Response>][] = [
    ["rejects with all that it knows", () => Promise.reject(hostile)],
    ["rejects with words", () => Promise.reject(canary("thrown"))],
    [
      "throws at once",
      () => {
        throw hostile;
      },
    ],
    ["answers with nothing", async () => undefined as never],
    ["answers with an object", async () => ({ status: 200, [canary("member")]: canary("value") }) as never],
    [
      "answers with a body that breaks off",
      async () =>
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode(`{"access_token":"${canary("access")}`));
              controller.error(hostile);
            },
          }),
        ),
    ],
    [
      "answers from another place",
      async () => Object.defineProperty(Response.json(words), "redirected", { value: true }),
    ],
  ];
  test.each(rows)("%s", async (_, answer) => {
    const fetch = ((url: string, init?: RequestInit) =>
      String(url).endsWith("/token") ? answer() : globalThis.fetch(url, init)) as typeof globalThis.fetch;
    const scene = await startPeople({ deps: { fetch } });
    expect((await scene.browser().signIn()).status).toBe(503);
    await scene.auth
      .tokenSource()
      .token()
      .catch((error: unknown) => ears.hear("token()", error));
    await scene.end();
    expect([...ears.codes]).toContain("provider_unavailable");
    expect(ears.leaks()).toEqual([]);
  });
});

describe("a provider's token endpoint, when tokens are renewed, answers", () => {
  const somebodyElse: BentJwt = { claims: (good) => ({ ...good, sub: canary("other") }) };
  const rows: [string, (good: Json) => Bent][] = answers.map(([what, answer]) => [what, answer]);
  test.each([...rows, ["an ID token of somebody else", undefined] as const])("%s", async (what, answer) => {
    const ended = what === "an ID token of somebody else" || /registered/.test(what);
    const scene = await startPeople({
      deps: { sessionStore: createMemorySessionStore() },
      script: {
        token: (good, form) => (form.get("grant_type") === "refresh_token" ? answer?.(good) : undefined),
      },
    });
    const browser = scene.browser();
    await browser.signIn();
    if (!answer) scene.script.idToken = somebodyElse;
    // Past the tokens' end, and past the hour for which an outage is borne.
    scene.clock.now += 90 * 60_000;
    for (let visit = 0; visit < 2; visit += 1) {
      expect((await browser.send("/me", { headers: {} })).status).toBe(ended ? 401 : 503);
    }
    await scene.end();
    expect([...ears.codes]).toContain(ended ? "session_ended" : "refresh_failed");
    expect(ears.leaks()).toEqual([]);
  });
});

describe("a provider that cannot be asked", () => {
  const rows: [string, NonNullable<ProviderScript["metadata"]>][] = [
    ["of another issuer", (good) => ({ ...good, issuer: `https://${canary("issuer")}.example` })],
    ["with a token endpoint of words", (good) => ({ ...good, token_endpoint: canary("endpoint") })],
    [
      "with endpoints without https",
      (good) => ({ ...good, token_endpoint: `http://${canary("host")}.example/` }),
    ],
    ["without a sign-in", ({ authorization_endpoint: _, ...good }) => ({ ...good, [canary("member")]: 1 })],
    [
      "with a sign-in of words",
      (good) => ({
        ...good,
        authorization_endpoint: canary("endpoint"),
        end_session_endpoint: [canary("end")],
      }),
    ],
  ];
  test.each(rows)("%s", async (_, metadata) => {
    const scene = await startPeople({ script: { metadata } });
    const browser = scene.browser();
    await scene.auth.ready().catch((error: unknown) => ears.hear("ready()", error));
    await scene.auth
      .tokenSource()
      .token()
      .catch((error: unknown) => ears.hear("token()", error));
    const { status, location } = await browser.send("/auth/v2/login");
    if (status === 303) await browser.comeBack(location);
    await scene.end();
    expect([...ears.codes]).toContain("provider_unavailable");
    expect(ears.leaks()).toEqual([]);
  });

  test.each(answers)("when programs ask it for tokens: %s", async (_, token, code) => {
    const scene = await startPeople({ script: { token } });
    const { provider, auth } = scene;
    const options = {
      issuer: provider.issuer,
      audience: "api",
      insecureAllowLoopback: true,
      clientId: provider.clientId,
      clientSecret,
      publicUrl,
      session: { secret: sessionSecret },
    };
    const { telemetry: _telemetry, audit: _audit, onRefused: _onRefused, ...deps } = hearing(ears).deps;
    const parts = splitOptions(options);
    const verifier = createVerifier(parts.verifier, deps, undefined, { clients: [true] });
    const people = createPeople(parts, { deps, verifier });
    ears.hear("people's parts", people);
    const device = await people?.login.deviceLogin();
    const failures = await Promise.allSettled([
      auth.tokenSource({ scopes: [canary("scope")] }).token(),
      auth.tokenSource().fetch(`${provider.issuer}/userinfo`),
      device?.poll(),
    ]);
    for (const one of failures) ears.hear("a program", one.status === "rejected" ? one.reason : "answered");
    await scene.end();
    expect([...ears.codes]).toContain(code);
    expect(ears.leaks()).toEqual([]);
  });
});
