import { AuthError, type Identity, sallyport } from "../../src/frameworks/fetch.ts";
import { bridge, type WebHandler } from "../support/fetch-bridge.ts";
import { listen, thrownBy } from "../support/listen.ts";
import { type MakeServer, runCases } from "../support/run-http-cases.ts";

const makeFetch: MakeServer = ({ routes, options, deps, handled }) => {
  const auth = sallyport(options, deps);

  const handlers = routes.map(({ method, path, access, needed, onInvalid, form }) => {
    const handle = async (request: Request, { identity }: { readonly identity: Identity | undefined }) => {
      handled();
      const sub = identity?.subject ?? null;
      if (!form) return Response.json({ sub });
      return Response.json({ sub, field: new URLSearchParams(await request.text()).get("field") });
    };
    const guarded = (): WebHandler => {
      if (access === "open") {
        return (request) => {
          handled();
          return Response.json(thrownBy(() => auth.identity(request)));
        };
      }
      if (access === "required") return needed ? auth.required(needed, handle) : auth.required(handle);
      const optional = onInvalid && { onInvalid };
      return needed ? auth.optional(needed, handle, optional) : auth.optional(handle, optional);
    };
    return { method, path, handler: guarded() };
  });

  return listen(
    bridge(async (request) => {
      const { pathname } = new URL(request.url);
      const method = request.method === "HEAD" ? "GET" : request.method;
      const found = handlers.find(
        (one) => one.path === pathname && (one.method === "ALL" || one.method === method),
      );
      try {
        return (await found?.handler(request)) ?? new Response(null, { status: 404 });
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        const challenge = error.challenge();
        return Response.json(
          { handled: error.code },
          {
            status: error.statusCode,
            headers: {
              "cache-control": "no-store",
              ...(challenge && { "www-authenticate": challenge }),
              ...(error.statusCode === 503 && { "retry-after": "5" }),
            },
          },
        );
      }
    }),
  );
};

runCases("fetch", makeFetch);
