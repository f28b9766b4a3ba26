// Calls to other services: by the caller's token or the application's own, and never by the `fetch` that is the provider's.
import { createServer, type IncomingHttpHeaders } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  sallyport as fetchAuth,
  type SallyportOptions,
  type UpstreamOptions,
} from "../../src/frameworks/fetch.ts";
import { sallyport as nodeAuth } from "../../src/frameworks/node.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { listen } from "../support/listen.ts";
import { createPlainBrowser } from "../support/plain-browser.ts";
import { signInAt, startPlace } from "../support/sign-in.ts";

/** Another service: what it hears, and where it sends on from. */
async function startService() {
  const heard: IncomingHttpHeaders[] = [];
  const { port, close } = await listen((request, response) => {
    heard.push(request.headers);
    if (request.url === "/moved") response.writeHead(302, { location: "/elsewhere" });
    response.end("orders");
  });
  onTestFinished(() => void close());
  return { heard, url: `http://127.0.0.1:${port}` };
}

describe("in the name of a caller with a token", () => {
  async function start() {
    const idp = fakeIssuer();
    const service = await startService();
    const auth = fetchAuth(idp.config, idp.deps);
    const headers = await idp.bearer({ subject: "s1" });
    /** What the handler's call gives. */
    const call = async (path: string, options?: UpstreamOptions) => {
      let answer: Response | undefined;
      const handler = auth.required(async (request) => {
        answer = await (await auth.upstream(request, options))(service.url + path);
        return new Response();
      });
      await handler(new Request("https://api.example.org/", { headers }));
      return answer;
    };
    return { idp, service, call, headers };
  }

  test("the call does not go by the provider's fetch", async () => {
    const { idp, service, call, headers } = await start();
    expect(await (await call("/orders"))?.text()).toBe("orders");
    expect(service.heard.map(({ authorization }) => authorization)).toEqual([headers.authorization]);
    expect(idp.requests.other).toBe(0);
  });

  test("it goes by the global fetch as that is at the call, or by the one given", async () => {
    const { service, call } = await start();
    const asked: string[] = [];
    const recorder = (name: string) => async (input: RequestInfo | URL) => {
      asked.push(`${name} ${new URL((input as Request).url).pathname}`);
      return new Response();
    };
    await call("/own", { fetch: recorder("own") });
    vi.stubGlobal("fetch", recorder("global"));
    onTestFinished(() => void vi.unstubAllGlobals());
    await call("/later");
    expect(asked).toEqual(["own /own", "global /later"]);
    expect(service.heard).toEqual([]);
  });

  test("a redirect is not followed: the token is for who was asked", async () => {
    const { service, call } = await start();
    expect((await call("/moved"))?.status).toBe(302);
    expect(service.heard).toHaveLength(1);
  });

  test.each([
    [{ fetch: "mine" }, "auth.upstream: `fetch` takes a function like fetch"],
    [{ featch: fetch }, "auth.upstream has no option `featch`; did you mean `fetch`?"],
  ])("an option that is none is refused: %j", async (options, sentence) => {
    const { call } = await start();
    await expect(call("/", options as never)).rejects.toThrow(sentence);
  });
});

/** An application whose handler calls the service, and the requests that went by `deps.fetch`. */
async function startApplication(more: Partial<SallyportOptions> = {}) {
  const { idp, port, url, options } = await startPlace();
  const service = await startService();
  const asked = new Set<string>();
  const fetch = (input: RequestInfo | URL, init?: RequestInit) => {
    asked.add(new URL(input instanceof Request ? input.url : input).origin);
    return globalThis.fetch(input, init);
  };
  const auth = nodeAuth({ ...options, ...more }, { fetch, audit: [] });
  const router = auth.router();
  const home = auth.required(async (request, response) => {
    const upstream = await auth.upstream(request);
    response.end(await (await upstream(`${service.url}/orders`)).text());
  });
  const server = createServer((request, response) => {
    if (!router(request, response)) home(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([auth.close(), idp.close()]);
  });
  return { idp, url, auth, service, asked };
}

describe("where people sign in", () => {
  test.each([
    ["Bearer", "undefined", {}],
    ["DPoP", "string", { login: { dpop: true } }],
  ] as const)("a session's token goes along as %s", async (scheme, proof, options) => {
    const { idp, url, service, asked } = await startApplication(options);
    const landed = await signInAt(createPlainBrowser(), `${url}/auth/v2/login`);
    expect(landed.text).toBe("orders");
    const [headers] = service.heard;
    expect([headers?.authorization?.split(" ")[0], typeof headers?.dpop]).toEqual([scheme, proof]);
    expect([...asked]).toEqual([idp.issuer]);
  });

  test("the application's own token is the provider's matter, and the call with it is not", async () => {
    const { idp, auth, service, asked } = await startApplication({
      clientId: "machine",
      clientSecret: "machine-secret",
    });
    const answer = await auth.tokenSource({ scopes: ["documents:read"] }).fetch(`${service.url}/documents`);
    expect([answer.status, await answer.text()]).toEqual([200, "orders"]);
    expect(service.heard[0]?.authorization).toMatch(/^Bearer ey/);
    expect([...asked]).toEqual([idp.issuer]);

    const sent: string[] = [];
    const own = auth.tokenSource({
      fetch: async (input) => {
        sent.push((input as Request).headers.get("authorization")?.split(" ")[0] ?? "");
        return new Response("own");
      },
    });
    expect(await (await own.fetch("https://documents.example.org/")).text()).toBe("own");
    expect(sent).toEqual(["Bearer"]);
  });

  test.each([
    [{ scopes: "documents:read" }, "tokenSource: `scopes` takes a list of texts"],
    [{ scope: ["documents:read"] }, "tokenSource has no option `scope`; did you mean `scopes`?"],
    [{ fetch: true }, "tokenSource: `fetch` takes a function like fetch"],
  ])("an option of tokenSource() that is none is refused: %j", async (request, sentence) => {
    const { auth } = await startApplication();
    expect(() => auth.tokenSource(request as never)).toThrow(sentence);
  });
});
