// Several providers in one application: each with transactions, sessions and logouts of its own.
import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/http/index.ts";
import { createLogin, type Login } from "../../src/login/index.ts";
import { createVerifier } from "../../src/verify/index.ts";
import { type LoginApp, onlySession, publicUrl, signIn, startLoginApp } from "../support/login-app.ts";
import { plainSealer, plainSessions } from "../support/plain-sessions.ts";
import type { Json } from "../support/scripted-login-provider.ts";

async function signedInAt(app: LoginApp): Promise<LoginApp> {
  const own = await startLoginApp();
  await signIn(own, own.browser());
  const content = { ...onlySession(own), issuer: app.provider.issuer };
  own.sessions.live.clear();
  own.sessions.live.set("session-1", content);
  return own;
}

describe("several providers", () => {
  async function twoProviders(callbacks: readonly (string | undefined)[] = [], paths: object = {}) {
    // Neither promises to name itself in its answers.
    const metadata = ({ authorization_response_iss_parameter_supported: _, ...good }: Json) => good;
    const one = await startLoginApp({ script: { metadata } });
    const two = await startLoginApp({ script: { metadata } });
    const now = () => one.clock.now;
    const sessions = plainSessions(now);
    const said: string[] = [];
    const write = (_details: object, message: string) => void said.push(message);
    const issuers = [one.provider.issuer, two.provider.issuer];
    const verifier = createVerifier(
      { issuers: issuers.map((issuer) => ({ issuer, insecureAllowLoopback: true })) },
      { now },
      undefined,
      { clients: [true, true] },
    );
    const login = createLogin(
      {
        clients: verifier.providers().map((provider, index) => ({
          provider,
          clientId: "web",
          clientSecret: "s",
          login: {
            label: `Provider <${index}>`,
            ...(callbacks[index] && { redirectUri: `${publicUrl}${callbacks[index]}` }),
          },
        })),
        publicUrl,
        router: { paths },
      },
      { sessions, sealer: plainSealer(now), now, logger: { info() {}, warn: write, error: write } },
    );
    return { one: { ...one, login, sessions }, two: { ...two, login, sessions }, login, sessions, said };
  }

  test("people choose, and come back to where they were going", async () => {
    const { one, two, login } = await twoProviders();
    const endpoint = login.endpoints.find(({ name }) => name === "login");
    const request = {
      method: "GET",
      target: "/auth/v2/login?return_to=%2Fa%3Fb%3D1&max_age=60",
      header: () => undefined,
      cookie: undefined,
      form: async () => undefined,
      requestId: undefined,
    };
    const answer = await endpoint?.handle(request);
    expect([answer?.status, answer?.headers["cache-control"]]).toEqual([200, "no-store"]);
    expect(answer?.text).toContain("Provider &#60;0&#62;");
    const links = [...(answer?.text ?? "").matchAll(/href="\?([^"]+)"/g)].map(
      ([, query = ""]) => new URLSearchParams(query.replaceAll("&#38;", "&")),
    );
    expect(links.map((query) => query.get("issuer"))).toEqual([one.provider.issuer, two.provider.issuer]);
    expect(links[1]?.get("return_to")).toBe("/a?b=1");
    const chosen = await endpoint?.handle({ ...request, target: `/auth/v2/login?${links[1]}` });
    expect(chosen?.headers.location).toMatch(new RegExp(`^${two.provider.issuer}/authorize`));
    expect(answer?.cookies).toEqual([]);
  });

  test("O22: a session of one provider is not ended by a frame of the other, whatever its sid", async () => {
    const { one, two, login, sessions } = await twoProviders();
    const app = { ...one, login, sessions };
    const frame = login.endpoints.find(({ name }) => name === "frontchannelLogout");
    const content = { ...onlySession(await signedInAt(one)), provider: one.provider.issuer };
    sessions.live.set("session-1", { ...content, sid: "shared" });
    for (const [issuer, left] of [
      [two.provider.issuer, 1],
      [one.provider.issuer, 0],
    ] as const) {
      await frame?.handle({
        method: "GET",
        target: `/auth/v2/frontchannel-logout?${new URLSearchParams({ iss: issuer, sid: "shared" })}`,
        header: () => undefined,
        cookie: "plain-session=session-1",
        form: async () => undefined,
        requestId: undefined,
      });
      expect(app.sessions.live.size).toBe(left);
    }
  });

  /** A browser with nothing but cookies. */
  function browserAt({ endpoints }: Login) {
    const jar = new Map<string, string>();
    return async (path: string, query: Record<string, string>) => {
      const answer = await endpoints
        .find((one) => one.path === path)
        ?.handle({
          method: "GET",
          target: `${path}?${new URLSearchParams(query)}`,
          header: () => undefined,
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
          form: async () => undefined,
          requestId: undefined,
        });
      for (const line of answer?.cookies ?? []) {
        const [pair = ""] = line.split(";");
        jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      return answer;
    };
  }
  const askedOf = (answer: Answer | undefined) =>
    Object.fromEntries(new URL(answer?.headers.location ?? "").searchParams);

  test("L12: an answer of one provider in a sign-in at the other is dropped, and its code goes nowhere", async () => {
    const { one, two, login } = await twoProviders();
    const send = browserAt(login);
    const { state = "" } = askedOf(await send("/auth/v2/login", { issuer: two.provider.issuer }));
    // The first provider is the attacker's: it answers in place of the second.
    const answer = await send("/auth/v2/callback", { code: "stolen", state, iss: one.provider.issuer });
    expect(answer?.status).toBe(400);
    expect([one.provider.count("/token"), two.provider.count("/token")]).toEqual([0, 0]);
  });

  // RFC 9700 §4.4.2: the attacker's provider sends the browser on to the honest one, which answers without a name of its own.
  test("L12: where two share a callback's address, an answer that names nobody is dropped", async () => {
    const { one, two, login, said } = await twoProviders();
    const send = browserAt(login);
    const { state = "" } = askedOf(await send("/auth/v2/login", { issuer: two.provider.issuer }));
    expect((await send("/auth/v2/callback", { code: "stolen", state }))?.status).toBe(400);
    expect(said).toEqual([expect.stringContaining("give each a `login.redirectUri` of its own")]);
    expect([one.provider.count("/token"), two.provider.count("/token")]).toEqual([0, 0]);
  });

  test("L12: where each has an address of its own, an answer counts at that one, whether it names anybody or not", async () => {
    const callbacks = ["/auth/v2/callback/one", "/auth/v2/callback/two"];
    const { one, two, login } = await twoProviders(callbacks);
    const send = browserAt(login);
    const issuer = two.provider.issuer;
    for (const path of ["/auth/v2/callback/one", "/auth/v2/callback"]) {
      const { state = "", redirect_uri } = askedOf(await send("/auth/v2/login", { issuer }));
      expect(redirect_uri).toBe(`${publicUrl}${callbacks[1]}`);
      expect((await send(path, { code: "stolen", state }))?.status).not.toBe(303);
    }
    expect([one.provider.count("/token"), two.provider.count("/token")]).toEqual([0, 0]);
    const started = await send("/auth/v2/login", { issuer });
    const { location = "" } = await two.provider.visit(started?.headers.location ?? "");
    const { pathname, searchParams } = new URL(location);
    const { code = "", state = "" } = Object.fromEntries(searchParams);
    const back = await send(pathname, { code, state });
    expect([back?.status, back?.headers.location]).toEqual([303, "/"]);
  });

  test("an address that is another endpoint's is refused at start", async () => {
    await expect(
      twoProviders(["/auth/v2/callback/one", "/auth/v2/callback/out"], { logout: "/auth/v2/callback/out" }),
    ).rejects.toThrow("login.redirectUri: /auth/v2/callback/out is the path of `logout` already");
  });
});
