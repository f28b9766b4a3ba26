// The number of series is the configuration's, whatever callers send: ten thousand of them try.
import Fastify from "fastify";
import { expect, test } from "vitest";
import { sallyport } from "../../src/frameworks/fastify.ts";
import { createCore } from "../../src/sallyport.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { clients, seriesOf } from "./clients.ts";

/** With routes told apart, and without. */
const rounds = [
  [true, 10_000],
  [false, 2_000],
] as const;
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] as const;
const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const random = () => Math.random().toString(36).slice(2);

/** A token that nobody signed: every word of it another one each time. */
function hostile(number: number, issuer: string): string {
  const header = {
    alg: number % 7 === 0 ? random() : "ES256",
    typ: number % 5 === 0 ? random() : "at+jwt",
    kid: random(),
  };
  const claims = {
    iss: number % 2 === 0 ? issuer : `https://${random()}.example`,
    aud: random(),
    sub: random(),
  };
  return `${segment(header)}.${segment(claims)}.${"A".repeat(86)}`;
}

test.each(clients)(
  "%s: 10,000 hostile tokens add no series",
  async (_, makeClient) => {
    for (const [routes, requests] of rounds) {
      const client = makeClient({ routes });
      const idp = fakeIssuer({ audience: "my-api" });
      const auth = sallyport(idp.config, { audit: [], ...idp.deps, telemetry: client.telemetry });
      const app = Fastify({ exposeHeadRoutes: false });
      app.route({ method: [...methods], url: "/things/:id", ...auth.required(), handler: () => "ok" });
      app.route({ method: [...methods], url: "/*", ...auth.optional(), handler: () => "ok" });
      const ask = async (number: number) => {
        const authorization = `${number % 11 === 0 ? random() : "Bearer"} ${hostile(number, idp.issuer)}`;
        const url = `${number % 3 === 0 ? "/things" : ""}/${random()}?${random()}=${random()}`;
        const headers = { authorization, host: `${random()}.example`, "x-request-id": random() };
        const { statusCode } = await app.inject({
          method: methods[number % methods.length] ?? "GET",
          url,
          headers,
        });
        return statusCode;
      };
      const statuses = new Set<number>();
      for (let number = 0; number < 500; number += 1) statuses.add(await ask(number));
      const before = [...seriesOf(await client.text()).keys()];
      for (let number = 0; number < requests; number += 1) statuses.add(await ask(number));
      const after = [...seriesOf(await client.text()).keys()];
      expect(after).toEqual(before);
      expect(after.length).toBeLessThan(200);
      expect([...statuses].toSorted()).toEqual([200, 400, 401].filter((status) => statuses.has(status)));
      expect(statuses).toContain(401);
      await app.close();
      await auth.close();
    }
  },
  60_000,
);

test.each(clients)(
  "%s: an application that gives paths for patterns is bounded too",
  async (_, makeClient) => {
    const client = makeClient({ routes: true });
    const idp = fakeIssuer({ audience: "my-api" });
    const core = createCore(idp.config, { audit: [], ...idp.deps, telemetry: client.telemetry });
    const guard = core.guard(undefined);
    for (let number = 0; number < 10_000; number += 1) {
      guard({
        authorization: undefined,
        method: "GET",
        url: "/",
        route: `/things/${number}`,
        scheme: "Bearer",
        header: () => undefined,
        requestId: undefined,
      });
    }
    const series = seriesOf(await client.text());
    const decisions = [...series].filter(([name]) => name.startsWith("sallyport_decisions_total"));
    expect(decisions).toHaveLength(501);
    expect(
      series.get(
        'sallyport_decisions_total{code="missing_token",outcome="refused",route="other",status="401"}',
      ),
    ).toBe(9_500);
    await core.close();
  },
);
