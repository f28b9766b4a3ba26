// Section D over real HTTP: the scheme, its challenge and its nonces, the same in every framework.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SallyportOptions } from "../../src/frameworks/exports.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";
import { httpRoutes } from "../cases/http-cases.ts";
import { type HeaderList, type RawResponse, rawRequest } from "./raw-http.ts";
import type { MakeServer, TestServer } from "./run-http-cases.ts";

/** What callers see; the servers under test listen elsewhere, and are asked by another name. */
const publicUrl = "https://api.example.org/v1";
const algs = 'algs="ES256 EdDSA Ed25519 PS256 RS256"';
const place = `realm="api", resource_metadata="https://api.example.org/.well-known/oauth-protected-resource/v1"`;
const bearer = `Bearer ${place}`;
const dpop = `DPoP ${place}`;
const told = (error: string, description: string) => `error="${error}", error_description="${description}"`;
const badToken = told("invalid_token", "The access token is not valid");
const badProof = told("invalid_dpop_proof", "The DPoP proof is not valid");
const needsNonce = told("use_dpop_nonce", "The DPoP proof must hold the nonce given here");

export function runSenderCases(framework: string, makeServer: MakeServer): void {
  describe(`${framework}: tokens bound to a key`, () => {
    let idp: FakeIssuer;
    const servers: TestServer[] = [];
    let accepted: TestServer;
    let required: TestServer;
    let nonces: TestServer;

    beforeAll(async () => {
      idp = fakeIssuer({ audience: "my-api" });
      const make = async (options: SallyportOptions) => {
        const server = await makeServer({
          routes: httpRoutes,
          options: { ...idp.config, publicUrl, ...options },
          deps: { ...idp.deps, audit: [] },
          handled: () => {},
        });
        servers.push(server);
        return server;
      };
      accepted = await make({});
      required = await make({ dpop: "required" });
      nonces = await make({ dpop: { nonce: true } });
    });
    afterAll(() => Promise.all(servers.map((server) => server.close())));

    /** An honest proof for `path`, as headers. */
    const proof = (path: string, more: { nonce?: string; method?: string; roles?: string[] } = {}) =>
      idp.dpop({ method: "GET", url: publicUrl + path, ...more });
    const ask = (
      { port }: TestServer,
      path: string,
      headers: Record<string, string> | HeaderList,
      more: { method?: string; body?: string } = {},
    ): Promise<RawResponse> =>
      rawRequest(port, {
        method: "GET",
        path,
        headers: Array.isArray(headers) ? headers : Object.entries(headers as Record<string, string>),
        ...more,
      });
    const challenge = ({ headers }: RawResponse) => headers["www-authenticate"];

    test("D00 a good proof opens the route", async () => {
      const { status, body, headers } = await ask(accepted, "/me?page=2", await proof("/me"));
      expect([status, JSON.parse(body).sub !== null]).toEqual([200, true]);
      expect(headers["dpop-nonce"]).toBeUndefined();
    });

    test("D01 two DPoP headers", async () => {
      const { authorization, dpop: one } = await proof("/me");
      const { dpop: two } = await proof("/me");
      const answer = await ask(accepted, "/me", [
        ["Authorization", authorization],
        ["DPoP", one],
        ["DPoP", two],
      ]);
      expect([answer.status, challenge(answer)]).toEqual([401, `${dpop}, ${badProof}, ${algs}, ${bearer}`]);
    });

    test("D05 the request's own Host is not believed", async () => {
      const headers = await idp.dpop({ method: "GET", url: "http://api.example.org/me" });
      expect((await ask(accepted, "/me", headers)).status).toBe(401);
    });

    test("D07 a proof is good for one request", async () => {
      const headers = await proof("/me");
      expect((await ask(accepted, "/me", headers)).status).toBe(200);
      const again = await ask(accepted, "/me", headers);
      expect([again.status, challenge(again)]).toEqual([401, `${dpop}, ${badProof}, ${algs}, ${bearer}`]);
      expect(again.headers["cache-control"]).toBe("no-store");
    });

    test("D10 a bound token is no bearer token", async () => {
      const { authorization, ...rest } = await proof("/me");
      const asBearer = authorization.replace("DPoP", "Bearer");
      for (const headers of [{ authorization: asBearer }, { authorization: asBearer, ...rest }]) {
        const answer = await ask(accepted, "/me", headers);
        expect([answer.status, challenge(answer)]).toEqual([401, `${bearer}, ${badToken}, ${dpop}, ${algs}`]);
      }
    });

    test("D11 a nonce is asked for, given, and replaced", async () => {
      const first = await ask(nonces, "/me", await proof("/me"));
      expect([first.status, challenge(first)]).toEqual([401, `${dpop}, ${needsNonce}, ${algs}, ${bearer}`]);
      const nonce = first.headers["dpop-nonce"] as string;
      expect(nonce).toMatch(/^[A-Za-z0-9_-]{43}$/);
      const second = await ask(nonces, "/me", await proof("/me", { nonce }));
      expect([second.status, second.headers["dpop-nonce"]]).toEqual([200, nonce]);
      idp.clock.advance({ seconds: 150 });
      const third = await ask(nonces, "/me", await proof("/me", { nonce }));
      expect(third.status).toBe(200);
      expect(third.headers["dpop-nonce"]).not.toBe(nonce);
      idp.clock.advance({ seconds: 300 });
      const late = await ask(nonces, "/me", await proof("/me", { nonce }));
      expect(late.status).toBe(401);
      expect(late.headers["dpop-nonce"]).not.toBe(nonce);
    });

    test("D13 the scheme's case does not matter; two schemes do", async () => {
      const { authorization, dpop: value } = await proof("/me");
      const lower = authorization.replace("DPoP", "dpop");
      expect((await ask(accepted, "/me", { authorization: lower, dpop: value })).status).toBe(200);
      const bearerToken = (await idp.bearer()).authorization;
      const fresh = await proof("/me");
      const both: HeaderList = [
        ["Authorization", bearerToken],
        ["Authorization", fresh.authorization],
        ["DPoP", fresh.dpop],
      ];
      expect((await ask(accepted, "/me", both)).status).toBe(400);
      const joined = `${fresh.authorization}, ${bearerToken}`;
      expect((await ask(accepted, "/me", { authorization: joined, dpop: fresh.dpop })).status).toBe(400);
    });

    test("without a token, both schemes are offered, or the one that is required", async () => {
      expect(challenge(await ask(accepted, "/me", {}))).toBe(`${bearer}, ${dpop}, ${algs}`);
      expect(challenge(await ask(required, "/me", {}))).toBe(`${dpop}, ${algs}`);
    });

    test("where DPoP is required, a bearer token is not enough", async () => {
      expect((await ask(accepted, "/me", await idp.bearer())).status).toBe(200);
      const answer = await ask(required, "/me", await idp.bearer());
      expect([answer.status, challenge(answer)]).toEqual([401, `${dpop}, ${badToken}, ${algs}`]);
      expect((await ask(required, "/me", await proof("/me"))).status).toBe(200);
    });

    test("who may not is told so in the scheme that was used", async () => {
      const answer = await ask(accepted, "/admin", await proof("/admin"));
      expect(answer.status).toBe(403);
      expect(challenge(answer)).toMatch(
        /^DPoP realm="api", [^B]*error="insufficient_scope", [^B]*algs="[^"]+"$/,
      );
      const admin = await proof("/admin", { roles: ["Admin"] });
      expect((await ask(accepted, "/admin", admin)).status).toBe(200);
    });

    test("optional routes refuse a bad proof, and only a lenient one takes it for nobody", async () => {
      const headers = await proof("/elsewhere");
      expect((await ask(accepted, "/feed", headers)).status).toBe(401);
      const lenient = await ask(accepted, "/lenient", headers);
      expect([lenient.status, JSON.parse(lenient.body)]).toEqual([200, { sub: null }]);
    });

    test("a form is read after the proof, and a second token in it refused as such", async () => {
      const form = async (body: string) => {
        const headers = { ...(await proof("/form", { method: "POST" })), "content-type": formType };
        return ask(accepted, "/form", headers, { method: "POST", body });
      };
      const good = await form("field=x");
      expect([good.status, JSON.parse(good.body).field]).toEqual([200, "x"]);
      // Without a framework the body is the listener's.
      if (framework !== "node") expect((await form("access_token=x")).status).toBe(400);
    });
  });
}

const formType = "application/x-www-form-urlencoded";
