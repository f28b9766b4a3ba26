// The provider is down for an hour, and then for good: a simulated clock, a request a second, no waiting.
import { sallyport } from "sallyport/fetch";
import { count, verdict } from "../lib/report.mjs";
import { audience, claimsOf, issuer, makeKey, serveKeys, signToken } from "../lib/tokens.mjs";

const hour = 3600;
// Sallyport's defaults: keys live for 600 seconds, and serve stale for 14,400 more.
const staleBound = 600 + 14_400;

export async function run({ progress }) {
  progress("outage: an hour and more, simulated");
  const clock = { seconds: Math.floor(Date.now() / 1000) };
  const provider = { up: true, asked: 0 };
  const key = makeKey("ES256");
  const serve = serveKeys([key.jwk]);
  const auth = sallyport(
    { issuer, audience, preset: "rfc9068", jwksUri: "https://idp.example.org/keys" },
    {
      now: () => clock.seconds * 1000,
      audit: [],
      async fetch() {
        provider.asked += 1;
        if (!provider.up) throw new TypeError("connect ECONNREFUSED");
        return serve();
      },
    },
  );
  const handle = auth.required(() => new Response("ok"));
  await auth.ready();
  const loadedAt = clock.seconds;

  // One caller comes every second with the same token; every minute one comes with a token nobody has seen.
  const token = (index) => signToken(key, claimsOf(index, { lifetimeSeconds: 12 * hour }));
  const known = token(0);
  const ask = async (bearer) => {
    const response = await handle(
      new Request("https://api.example.org/me", { headers: { authorization: `Bearer ${bearer}` } }),
    );
    return { status: response.status, retryAfter: response.headers.get("retry-after") };
  };
  async function pass(seconds) {
    const answers = new Map();
    for (let second = 0; second < seconds; second += 1) {
      clock.seconds += 1;
      const asked = [known, ...(second % 60 === 0 ? [token(second + 1)] : [])];
      for (const bearer of asked) {
        const { status, retryAfter } = await ask(bearer);
        const age = clock.seconds - loadedAt;
        const seen = answers.get(status) ?? { count: 0, first: age, last: age, retryAfter: true };
        answers.set(status, {
          count: seen.count + 1,
          first: seen.first,
          last: age,
          retryAfter: seen.retryAfter && retryAfter !== null,
        });
      }
    }
    return answers;
  }

  provider.up = false;
  const before = provider.asked;
  const firstHour = await pass(hour);
  const tries = provider.asked - before;
  const untilBound = await pass(staleBound - hour);
  const after = await pass(600);
  provider.up = true;
  await pass(60);
  const recovered = await pass(60);

  const refused = (answers) =>
    [...answers].filter(([status]) => status !== 200).reduce((sum, [, { count: n }]) => sum + n, 0);
  const of = (answers) => [...answers].map(([status, { count: n }]) => `${count(n)} × ${status}`).join(", ");
  const last200 = Math.max(...[firstHour, untilBound, after].map((answers) => answers.get(200)?.last ?? 0));
  const unavailable = after.get(503);
  const good =
    refused(firstHour) === 0 &&
    refused(untilBound) === 0 &&
    after.size === 1 &&
    unavailable?.retryAfter === true &&
    refused(recovered) === 0;
  await auth.close();
  return {
    title: "The provider is down",
    intro:
      "A simulated clock, Sallyport's default bounds (keys live for 600 s and serve stale for 14,400 s more), `sallyport/fetch`. " +
      "The keys were fetched once; then the provider refuses every connection. Each second a caller comes with a token seen " +
      "before, each minute one with a new token.",
    head: ["time since the last good fetch", "answers"],
    rows: [
      ["the first hour", of(firstHour)],
      [`until ${count(staleBound)} s`, of(untilBound)],
      ["ten minutes more", `${of(after)}${unavailable?.retryAfter ? ", each with `Retry-After`" : ""}`],
      ["a minute after the provider is back, for a minute", of(recovered)],
    ],
    notes: [
      `The last request let in came ${count(last200)} s after the last good fetch.`,
      `In the first hour the provider was asked ${tries} times: the pause between attempts doubles from 5 to 60 s.`,
    ],
    summary: [
      {
        what: "provider down for an hour (simulated clock)",
        measured: `${refused(firstHour)} of ${count(hour + hour / 60)} honest requests refused; after ${count(staleBound)} s 503`,
        required: "none within the stale bound; 503 after it",
        verdict: verdict(good),
      },
    ],
  };
}
