// The application that Bun, Deno and workerd serve: one guarded route of `sallyport/fetch`, one of `sallyport/hono`, each with
// keys of its own, and a clock that the scenario moves.
import { Hono } from "hono";
import * as web from "sallyport/fetch";
import * as hono from "sallyport/hono";

/** @param {string} issuer @param {(work: Promise<unknown>) => void} [waitUntil] */
export function createApplication(issuer, waitUntil) {
  let aheadMs = 0;
  const options = { issuer, audience: "my-api", insecureAllowLoopback: true };
  const deps = { now: () => Date.now() + aheadMs, audit: [], ...(waitUntil && { waitUntil }) };
  const [webAuth, honoAuth] = [web.sallyport(options, deps), hono.sallyport(options, deps)];
  const auths = { fetch: webAuth, hono: honoAuth };

  const me = webAuth.required((_request, { identity }) => Response.json({ sub: identity.subject }));
  const app = new Hono();
  app.get("/hono/me", honoAuth.required(), (c) => c.json({ sub: c.get("identity").subject }));

  return (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/fetch/me") return me(request);
    if (pathname === "/control/advance") {
      aheadMs += Number(searchParams.get("seconds")) * 1000;
      return new Response("done");
    }
    if (pathname === "/control/health") {
      return Response.json(auths[searchParams.get("of")].health().issuers[0]);
    }
    return app.fetch(request);
  };
}
