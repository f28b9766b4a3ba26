// The document and the challenges over real HTTP, the same for every framework. H23, H24, M01, M02, M05, M06 are rows of the threat catalogue.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anyOf, scope } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { rawRequest } from "../support/raw-http.ts";
import type { TestServer } from "../support/run-http-cases.ts";
import type { MakeApplication, Resource } from "./servers.ts";

const host = "https://api.example.org";
const wellKnown = "/.well-known/oauth-protected-resource";
const idp = fakeIssuer({ audience: `${host}/orders` });

function resource(name: string, needed: Resource["needed"]): Resource {
  const own = { audience: `${host}/${name}`, resource: `${host}/${name}`, realm: name };
  const described = { resourceMetadata: { name, scopes: [`${name}:read`] } };
  return { options: { ...idp.config, ...own, ...described }, deps: idp.deps, path: `/${name}/list`, needed };
}

// The broader of two scopes does as well: there is no order of scopes but what a requirement says.
const orders = resource("orders", anyOf(scope("orders:read"), scope("orders:write")));
const tools = resource("tools", scope("tools:run", "offline_access"));

const document = (name: string) => ({
  resource: `${host}/${name}`,
  authorization_servers: [idp.issuer],
  scopes_supported: [`${name}:read`],
  bearer_methods_supported: ["header"],
  resource_name: name,
});

const spoofed = [
  ["Host", "evil.example"],
  ["X-Forwarded-Host", "evil.example"],
  ["X-Forwarded-Proto", "http"],
  ["X-Forwarded-Prefix", "/evil"],
  ["Forwarded", "host=evil.example;proto=http"],
] as const;

export function runResourceCases(name: string, make: MakeApplication): void {
  describe(name, () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await make([orders, tools]);
    });
    afterAll(() => server?.close());

    const request = (method: string, path: string, headers: readonly (readonly [string, string])[] = []) =>
      rawRequest(server.port, { method, path, headers: [["Host", "api.example.org"], ...headers] });
    const get = (path: string, headers?: Record<string, string>) =>
      request("GET", path, Object.entries(headers ?? {}));

    test.each(["orders", "tools"])(
      "H23: the document of %s is at the path with its own inserted",
      async (name) => {
        const answer = await get(`${wellKnown}/${name}`);
        expect(answer.status).toBe(200);
        expect(answer.headers["content-type"]).toMatch(/^application\/json(;|$)/);
        expect(JSON.parse(answer.body)).toEqual(document(name));
        expect(answer.headers["cache-control"]).toBe("public, max-age=3600");
      },
    );

    test.each([
      ["the root, which is another resource's", wellKnown],
      ["a slash more", `${wellKnown}/orders/`],
      ["more of a path", `${wellKnown}/orders/list`],
      ["more of a name", `${wellKnown}/orders2`],
      ["another case", `${wellKnown}/Orders`],
      ["the path appended", `/orders${wellKnown}`],
      ["a prefix of the application's", `/v1${wellKnown}/orders`],
      ["a prefix of the application's", `/v1${wellKnown}/tools`],
    ])("H23: 404 for %s", async (_what, path) => {
      expect((await get(path)).status).toBe(404);
    });

    test("a query changes nothing", async () => {
      expect(JSON.parse((await get(`${wellKnown}/orders?resource=evil`)).body)).toEqual(document("orders"));
    });

    test("H24: neither Host nor forwarded headers change document or challenge", async () => {
      const raw = (path: string) => rawRequest(server.port, { method: "GET", path, headers: spoofed });
      const plain = await get(`${wellKnown}/orders`);
      expect((await raw(`${wellKnown}/orders`)).body).toBe(plain.body);
      const challenge = (await raw("/orders/list")).headers["www-authenticate"];
      expect(challenge).toBe((await get("/orders/list")).headers["www-authenticate"]);
      expect(challenge).not.toContain("evil");
    });

    test.each(["orders", "tools"])("M01: without a token, 401 points to the document of %s", async (name) => {
      const answer = await get(`/${name}/list`);
      const needed = { orders: "orders:read", tools: "tools:run" }[name];
      expect(answer.status).toBe(401);
      // M06: whether a client may refresh is not asked for.
      expect(answer.headers["www-authenticate"]).toBe(
        `Bearer realm="${name}", resource_metadata="${host}${wellKnown}/${name}", scope="${needed}"`,
      );
    });

    test("M01: so does the 401 of a bad token, and of one for the other resource", async () => {
      const bad = await get("/orders/list", { authorization: "Bearer a.b.c" });
      expect(bad.status).toBe(401);
      expect(bad.headers["www-authenticate"]).toContain(`resource_metadata="${host}${wellKnown}/orders"`);
      const other = await get("/tools/list", await idp.bearer({ scopes: ["tools:run", "offline_access"] }));
      expect(other.status).toBe(401);
      expect(other.headers["www-authenticate"]).toContain('error="invalid_token"');
      expect(other.headers["www-authenticate"]).toContain(`resource_metadata="${host}${wellKnown}/tools"`);
    });

    test("M02: the document names an authorization server", async () => {
      expect(JSON.parse((await get(`${wellKnown}/tools`)).body).authorization_servers).toHaveLength(1);
    });

    test("M05: a lacking scope is 403 with scope and resource_metadata; a broader one is enough", async () => {
      const lacking = await get("/orders/list", await idp.bearer({ scopes: ["profile"] }));
      expect(lacking.status).toBe(403);
      expect(lacking.headers["www-authenticate"]).toMatch(
        /^Bearer realm="orders", resource_metadata="https:\/\/api\.example\.org\/\.well-known\/oauth-protected-resource\/orders", error="insufficient_scope", error_description="[^"]+", scope="orders:read"$/,
      );
      expect((await get("/orders/list", await idp.bearer({ scopes: ["orders:write"] }))).status).toBe(200);
    });

    test("M06: a 403 does not ask for offline_access either", async () => {
      const own = { audience: `${host}/tools`, scopes: ["tools:run"] };
      const answer = await get("/tools/list", await idp.bearer(own));
      expect(answer.status).toBe(403);
      expect(answer.headers["www-authenticate"]).toContain('scope="tools:run"');
      expect(answer.headers["www-authenticate"]).not.toContain("offline");
    });

    test("HEAD is answered like GET, without the body", async () => {
      const answer = await request("HEAD", `${wellKnown}/orders`);
      expect([answer.status, answer.body]).toEqual([200, ""]);
      expect(answer.headers["content-type"]).toMatch(/^application\/json/);
      expect(answer.headers["content-length"]).not.toBe("0");
    });

    test("a page of another origin may read it, with the header that MCP's SDK sends", async () => {
      const origin = ["Origin", "https://app.example.net"] as const;
      expect(
        (await request("GET", `${wellKnown}/orders`, [origin])).headers["access-control-allow-origin"],
      ).toBe("*");
      const preflight = await request("OPTIONS", `${wellKnown}/orders`, [
        origin,
        ["Access-Control-Request-Method", "GET"],
        ["Access-Control-Request-Headers", "mcp-protocol-version"],
      ]);
      expect([preflight.status, preflight.body]).toEqual([204, ""]);
      expect(preflight.headers).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, HEAD",
        "access-control-allow-headers": "*",
      });
      expect(preflight.headers["access-control-allow-credentials"]).toBeUndefined();
    });

    test.each(["POST", "PUT", "DELETE"])("%s is 405, and says what is allowed", async (method) => {
      const answer = await request(method, `${wellKnown}/orders`, [["Content-Type", "text/x-unknown"]]);
      expect([answer.status, answer.headers.allow]).toEqual([405, "GET, HEAD, OPTIONS"]);
    });
  });

  describe(`${name}, with a guard in front of the whole application`, () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await make([orders], { everywhere: true });
    });
    afterAll(() => server?.close());

    const request = (method: string, path: string, headers: Record<string, string> = {}) =>
      rawRequest(server.port, {
        method,
        path,
        headers: [["Host", "api.example.org"], ...Object.entries(headers)],
      });

    test.each([
      ["without a token", {}],
      ["with a bad one", { authorization: "Bearer a.b.c" }],
      ["with a malformed header", { authorization: "Bearer  two spaces" }],
    ])("the document is everyone's: %s", async (_what, headers) => {
      const answer = await request("GET", `${wellKnown}/orders`, headers);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toEqual(document("orders"));
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
    });

    test("the preflight for it is answered too", async () => {
      const answer = await request("OPTIONS", `${wellKnown}/orders`, {
        origin: "https://app.example.net",
        "access-control-request-method": "GET",
      });
      expect([answer.status, answer.headers["access-control-allow-headers"]]).toEqual([204, "*"]);
    });

    test.each([`${wellKnown}/orders/`, `${wellKnown}/orders%2f`, `${wellKnown}/tools`, "/anything"])(
      "nothing else is opened by it: %s",
      async (path) => {
        const answer = await request("GET", path);
        expect(answer.status).toBe(401);
        expect(answer.body).not.toContain("for callers only");
      },
    );
  });
}
