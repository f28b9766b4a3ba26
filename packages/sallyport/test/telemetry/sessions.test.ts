// Sign-ins, renewals and logouts as they are counted and written down: a real application, a real provider, one browser.
import Fastify from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseCookies } from "../../src/cookies.ts";
import type { AuthEvent } from "../../src/events.ts";
import { type SallyportOptions, sallyport } from "../../src/frameworks/fastify.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { startScriptedProvider } from "../support/scripted-login-provider.ts";
import { clients, promClient, seriesOf } from "./clients.ts";

const minute = 60_000;
const navigation = {
  accept: "text/html",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "same-origin",
};
const secretDay = "2026-01-01";

async function start(client: ReturnType<typeof promClient>, options: SallyportOptions = {}) {
  const clock = { now: Date.parse(secretDay) + 89 * 86_400_000 };
  const now = () => clock.now;
  const provider = await startScriptedProvider({ now });
  const events: AuthEvent[] = [];
  const auth = sallyport(
    {
      issuer: provider.issuer,
      insecureAllowLoopback: true,
      publicUrl: "https://app.example",
      clientId: provider.clientId,
      clientSecret: [{ secret: "web-secret-web-secret-web-secret-1", since: secretDay }],
      session: { secret: "Zk3vT9wQeLr2Xc5Nm1Hy6Gf4Ds0PaUiOq7Rt2Wk9Bj" },
      ...options,
    },
    {
      now,
      sessionStore: createMemorySessionStore(),
      telemetry: client.telemetry,
      audit: [],
      onEvent: (event) => void events.push(event),
    },
  );
  const app = Fastify();
  app.register(auth.router());
  app.get("/me", auth.required(), () => "ok");
  onTestFinished(() => app.close());

  const jar = new Map<string, string>();
  async function send(url: string, method: "GET" | "POST" = "GET") {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await app.inject({ method, url, headers: { ...navigation, cookie } });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      const [[name, [value = ""]] = ["", []]] = parseCookies(line.split(";")[0]);
      if (/Max-Age=0/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return { status: answer.statusCode, location: String(answer.headers.location) };
  }

  return {
    provider,
    clock,
    events,
    send,
    async signIn() {
      const { location } = await provider.visit((await send("/auth/v2/login")).location);
      return send((location ?? "").replace("https://app.example", ""));
    },
    series: async () => seriesOf(await client.text()),
  };
}

const named = (name: string, outcome: string, issuer: string, code = "none") =>
  `sallyport_session_events_total{code="${code}",issuer="${issuer}",name="${name}",outcome="${outcome}"}`;

describe.each(clients)("%s", (_, makeClient) => {
  test("a session's life is counted, and its series began at 0", async () => {
    const { provider, clock, send, signIn, series } = await start(makeClient());
    const { issuer } = provider;
    const expected: [string, number][] = [
      [named("login", "ok", issuer), 2],
      [named("login", "refused", "none", "login_interrupted"), 1],
      [named("login", "failed", issuer, "provider_refused_client"), 1],
      [named("renewal", "ok", issuer), 1],
      [named("renewal", "refused", issuer, "session_ended"), 1],
      [named("logout", "ok", issuer), 1],
    ];
    const before = await series();
    for (const [name] of expected) expect([name, before.get(name)]).toEqual([name, 0]);

    await signIn();
    expect((await send("/me")).status).toBe(200);
    clock.now += 6 * minute;
    expect((await send("/me")).status).toBe(200);
    await send("/auth/v2/logout", "POST");
    await send("/auth/v2/callback?code=x&state=y");
    await signIn();
    provider.script.token = () => ({ status: 400, body: { error: "invalid_grant" } });
    clock.now += 6 * minute;
    expect((await send("/me")).status).toBe(302);
    provider.script.token = () => ({ status: 401, body: { error: "invalid_client" } });
    await signIn();

    const after = await series();
    for (const [name, value] of expected) expect([name, after.get(name)]).toEqual([name, value]);
    const moved = [...after].filter(([name, value]) => name.includes("session_events") && value !== 0);
    expect(moved).toHaveLength(expected.length);
    expect([...after.keys()].toSorted()).toEqual(expect.arrayContaining([...before.keys()]));
  });

  test("the age of the client secret, which is a security event after 90 days", async () => {
    const client = makeClient();
    const { provider, clock, events, signIn, series } = await start(client);
    const age = `sallyport_client_secret_age_seconds{issuer="${provider.issuer}"}`;
    const old = () =>
      events.filter((event) => event.type === "security" && event.name === "client_secret_old");
    await signIn();
    expect([(await series()).get(age), old().length]).toEqual([89 * 86_400, 0]);
    clock.now += 2 * 86_400_000;
    await signIn();
    await signIn();
    const told = `sallyport_security_events_total{issuer="${provider.issuer}",name="client_secret_old"}`;
    const after = await series();
    expect([after.get(age), after.get(told), old().length]).toEqual([91 * 86_400, 1, 1]);
  });
});

test("a request that renews its session has one decision all the same, and the renewal beside it", async () => {
  const { clock, events, send, signIn } = await start(promClient());
  await signIn();
  clock.now += 6 * minute;
  events.length = 0;
  await send("/me");
  await send("/me");
  expect(events.map(({ type }) => type)).toEqual(["session", "decision", "decision"]);
});

test("whatever is asked of the endpoints, there are no more series", async () => {
  const { send, series } = await start(promClient(), { nativeClients: {} });
  const random = () => Math.random().toString(36).slice(2);
  const ask = async () => {
    const iss = `https://${random()}.example`;
    await send(`/auth/v2/login?iss=${iss}&${random()}=${random()}`);
    await send(`/auth/v2/callback?code=${random()}&state=${random()}&iss=${iss}`);
    await send(`/auth/v2/callback?error=${random()}`);
    await send(`/auth/v2/logout?${random()}`, "POST");
    await send(`/auth/v2/backchannel-logout?${random()}`, "POST");
    await send(`/auth/v2/frontchannel-logout?iss=${iss}&sid=${random()}`);
    await send(`/auth/v2/token?${random()}`, "POST");
  };
  await ask();
  const before = [...(await series()).keys()].filter((name) => name.includes("session_events"));
  for (let round = 0; round < 100; round += 1) await ask();
  const after = [...(await series()).keys()].filter((name) => name.includes("session_events"));
  expect(after).toEqual(before);
  expect(after.length).toBeLessThan(60);
});

test("where nobody signs in there are no such series", async () => {
  const client = promClient();
  const auth = sallyport(
    { issuer: "https://idp.example.org", audience: "api" },
    { audit: [], telemetry: client.telemetry },
  );
  const names = [...seriesOf(await client.text()).keys()];
  expect(names.filter((name) => /session_events|client_secret_age/.test(name))).toEqual([]);
  await auth.close();
});
