// The router in every framework, over real HTTP: endpoints are plain data, and the framework's own router carries them.
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeIssuer } from "../../src/testing/index.ts";
import { type HeaderList, rawRequest } from "../support/raw-http.ts";
import type { TestServer } from "../support/run-http-cases.ts";
import { createSessions, setScene } from "./session-scene.ts";
import type { Frameworks } from "./session-servers.ts";

const form = ["Content-Type", "application/x-www-form-urlencoded"] as const;
const json = ["Content-Type", "application/json"] as const;
const logout = "/auth/v2/backchannel-logout";
const callback = "/auth/v2/callback";

interface Row {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: HeaderList;
  readonly body?: string;
  readonly status: number;
  readonly answer?: Readonly<Record<string, string | null>>;
  /** What the endpoint was asked. */
  readonly told?: object;
  /** The body, where no endpoint wrote it. */
  readonly text?: string;
  /** Statuses where a parser ahead of the router has its own say. */
  readonly differs?: readonly number[];
}

const both = [
  ["a", "1"],
  ["b", "2 &"],
];

const rows: readonly Row[] = [
  {
    name: "an answer's status, headers and cookies, each a header of its own",
    path: "/auth/v2/login?return_to=%2F",
    status: 303,
    answer: {
      location: "https://idp.example.org/authorize",
      "cache-control": "no-store",
      "set-cookie":
        "__Host-tx.1=a; Path=/; HttpOnly; Secure; SameSite=Lax, __Host-tx.0=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
    },
    text: "",
  },
  {
    name: "an endpoint is told the target with the prefix and the query as they came, and the cookies",
    path: `${callback}?code=a%2Bb&state=x%20y&state=z`,
    headers: [
      ["Cookie", "a=1"],
      ["Cookie", 'b="2"'],
    ],
    status: 200,
    answer: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
    told: {
      method: "GET",
      target: `${callback}?code=a%2Bb&state=x%20y&state=z`,
      cookie: 'a=1; b="2"',
      form: null,
    },
  },
  { name: "HEAD is GET without a body", method: "HEAD", path: callback, status: 200, text: "" },
  {
    name: "a form",
    method: "POST",
    path: logout,
    headers: [form],
    body: "a=1&b=2+%26",
    status: 200,
    told: { method: "POST", form: both },
  },
  {
    name: "a form with a charset, of an endpoint with two methods",
    method: "POST",
    path: callback,
    headers: [["Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"]],
    body: "a=1&b=2+%26",
    status: 200,
    told: { form: both },
  },
  {
    name: "L02: what is repeated stays repeated",
    method: "POST",
    path: logout,
    headers: [form],
    body: "state=a&state=b",
    status: 200,
    told: {
      form: [
        ["state", "a"],
        ["state", "b"],
      ],
    },
  },
  {
    name: "L02: nor is anything lost of a form whose pairs were read before",
    method: "POST",
    path: `${logout}?read=pairs`,
    headers: [form],
    body: "state=a&state=b&c=%20",
    status: 200,
    told: {
      form: [
        ["state", "a"],
        ["state", "b"],
        ["c", " "],
      ],
    },
  },
  { name: "an empty form", method: "POST", path: logout, headers: [form], status: 200, told: { form: [] } },
  { name: "no body at all", method: "POST", path: logout, status: 200, told: { form: null } },
  {
    name: "O15: JSON is no form",
    method: "POST",
    path: logout,
    headers: [json],
    body: '{"logout_token":"x"}',
    status: 200,
    told: { form: null },
  },
  {
    name: "a type that nobody parses is no form, and no 415 either",
    method: "POST",
    path: logout,
    headers: [["Content-Type", "application/logout+jwt"]],
    body: "x.y.z",
    status: 200,
    told: { form: null },
  },
  {
    name: "a form that was compressed is not unpacked",
    method: "POST",
    path: logout,
    headers: [form, ["Content-Encoding", "br"]],
    body: "a=1",
    status: 200,
    told: { form: null },
    differs: [400, 415],
  },
  {
    name: "64 KiB are read",
    method: "POST",
    path: logout,
    headers: [form],
    body: `a=${"x".repeat(65_534)}`,
    status: 200,
    told: { form: [["a", "x".repeat(65_534)]] },
  },
  {
    name: "O15: one byte more is not",
    method: "POST",
    path: logout,
    headers: [form],
    body: `a=${"x".repeat(65_535)}`,
    status: 200,
    told: { form: null },
  },
  {
    name: "O15: GET of what is posted to",
    path: logout,
    status: 405,
    answer: { allow: "POST, OPTIONS", "cache-control": "no-store" },
    text: "",
  },
  {
    name: "another method of what is got",
    method: "DELETE",
    path: "/auth/v2/login",
    status: 405,
    answer: { allow: "GET, HEAD, OPTIONS" },
    text: "",
  },
  {
    name: "OPTIONS says what there is, and allows no other origin",
    method: "OPTIONS",
    path: callback,
    headers: [
      ["Origin", "https://evil.example"],
      ["Access-Control-Request-Method", "POST"],
    ],
    status: 204,
    answer: { allow: "GET, HEAD, POST, OPTIONS", "access-control-allow-origin": null },
    text: "",
  },
  { name: "a path that is none of ours goes on", path: "/auth/v2/nothing", status: 404 },
  { name: "nor one below an endpoint", path: `${callback}/x`, status: 404 },
  { name: "nor one that only ends like one", path: `/x${callback}`, status: 404 },
];

/** Runs the table against each framework. The file that calls this puts the scene into the core. */
export function runRouterCases(frameworks: Frameworks): void {
  describe.each(frameworks)("%s", (framework, make) => {
    describe.each([
      ["at the root", "", false],
      ["under a prefix", "/api", false],
      ["behind the application's own parser", "/api", true],
    ] as const)("%s", (_where, prefix, parses) => {
      let server: TestServer;
      const prefixes: string[] = [];
      const told = framework === "fastify" ? undefined : prefix;

      beforeAll(async () => {
        const idp = fakeIssuer({ audience: "my-api" });
        setScene({
          sessions: createSessions(false),
          basePath: told,
          heardOfPrefix: (one) => prefixes.push(one),
        });
        const deps = { ...idp.deps, audit: [] };
        server = await make({ options: idp.config, deps, routes: [], mount: prefix, parses });
      });
      afterAll(() => server?.close());

      const fill = (text: string) => text.replaceAll(/^(\/(x\/)?auth)/g, `${prefix}$1`);

      test.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
        const { method = "GET", headers = [], body } = row;
        const answer = await rawRequest(server.port, { method, path: fill(row.path), headers, body });
        if (row.differs?.includes(answer.status) && (framework === "nest on Express" || parses)) return;
        expect([answer.status, answer.status === row.status ? "" : answer.body]).toEqual([row.status, ""]);
        for (const [name, value] of Object.entries(row.answer ?? {})) {
          expect([name, answer.headers[name] ?? null]).toEqual([name, value]);
        }
        if (row.text !== undefined) expect(answer.body).toBe(row.text);
        if (row.told) {
          const expected = { ...row.told } as { target?: string };
          if (expected.target) expected.target = fill(expected.target);
          expect(JSON.parse(answer.body)).toMatchObject(expected);
        }
      });

      test("the prefix is learned where the framework tells it, once", () => {
        expect(prefixes).toEqual(framework === "fastify" ? [prefix] : []);
      });

      // Node's, fetch's and Nest's have none of their own.
      if (!/nest|node|fetch/.test(framework)) {
        test("the router takes routes of the application's own", async () => {
          const answer = await rawRequest(server.port, { method: "GET", path: `${prefix}/own`, headers: [] });
          expect([answer.status, answer.body]).toEqual([200, prefix]);
        });
      }

      test("a body that breaks off is no form, and the server goes on", async () => {
        await new Promise<void>((resolve) => {
          const request = httpRequest({
            port: server.port,
            method: "POST",
            path: prefix + logout,
            headers: { "content-type": form[1], "content-length": 100 },
          });
          request.on("error", () => resolve());
          request.write("a=1");
          setTimeout(() => request.destroy(), 50);
        });
        const { status } = await rawRequest(server.port, {
          method: "GET",
          path: prefix + callback,
          headers: [],
        });
        expect(status).toBe(200);
      });
    });
  });

  describe("a mount that the application was told otherwise of", () => {
    const sentence =
      'auth.router() is mounted at `/api`, and the addresses it hands out begin with `/v1`: mount it there, or set `router: { basePath: "/api" }`';
    const idp = fakeIssuer({ audience: "my-api" });
    const parts = { options: idp.config, deps: { ...idp.deps, audit: [] }, routes: [], mount: "/api" };
    const makes = Object.fromEntries(frameworks);

    test.each(["express", "hono"].filter((name) => makes[name]))(
      "%s: the first request fails with the sentence",
      async (name) => {
        setScene({ basePath: "/v1" });
        const server = (await makes[name]?.(parts)) as TestServer;
        const answer = await rawRequest(server.port, { method: "GET", path: `/api${callback}`, headers: [] });
        expect([answer.status, answer.body]).toEqual([500, sentence]);
        await server.close();
      },
    );

    test.runIf(makes.express)(
      "express: letters in another case are the same mount, as they are to Express",
      async () => {
        setScene({ basePath: "/api" });
        const server = (await makes.express?.(parts)) as TestServer;
        const answer = await rawRequest(server.port, { method: "GET", path: `/API${callback}`, headers: [] });
        expect(answer.status).toBe(200);
        await server.close();
      },
    );

    test.runIf(makes.express)("express: no request teaches the application where it is", async () => {
      const prefixes: string[] = [];
      setScene({ heardOfPrefix: (prefix) => prefixes.push(prefix) });
      const server = (await makes.express?.(parts)) as TestServer;
      const answer = await rawRequest(server.port, { method: "GET", path: `/api${callback}`, headers: [] });
      expect([answer.status, prefixes]).toEqual([500, []]);
      await server.close();
    });

    if (makes.fastify) {
      test("fastify: the application does not start", async () => {
        setScene({ basePath: "/v1" });
        await expect(makes.fastify?.(parts)).rejects.toThrow(sentence);
      });
    }
  });

  test.each(frameworks.filter(([name]) => !name.startsWith("nest")))(
    "%s: router() without a sign-in says what is missing, and takes its parentheses",
    async (_name, make) => {
      const idp = fakeIssuer({ audience: "my-api" });
      const deps = { ...idp.deps, audit: [] };
      setScene({ without: true });
      await expect(
        (async () => make({ options: idp.config, deps, routes: [], mount: "/api" }))(),
      ).rejects.toThrow("auth.router() has no endpoints: give sallyport() `clientId` and `session`");
    },
  );
}
