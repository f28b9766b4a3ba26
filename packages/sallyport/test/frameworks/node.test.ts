import type { IncomingMessage, ServerResponse } from "node:http";
import { AuthError, sallyport } from "../../src/frameworks/node.ts";
import { bodyText, listen, thrownBy } from "../support/listen.ts";
import { type MakeServer, runCases } from "../support/run-http-cases.ts";

const json = (response: ServerResponse, status: number, value: unknown) => {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
};

const makeNode: MakeServer = ({ routes, options, deps, handled }) => {
  const auth = sallyport(options, deps);

  const listeners = routes.map(({ method, path, access, needed, onInvalid, form }) => {
    const handle = async (request: IncomingMessage, response: ServerResponse) => {
      handled();
      if (access === "open")
        return json(
          response,
          200,
          thrownBy(() => auth.identity(request)),
        );
      const sub = auth.maybeIdentity(request)?.subject ?? null;
      if (!form) return json(response, 200, { sub });
      const field = new URLSearchParams(await bodyText(request)).get("field");
      json(response, 200, { sub, field });
    };
    /** A server that throws has a router of its own, and so `auth.check`. */
    const checked = async (request: IncomingMessage, response: ServerResponse) => {
      try {
        if (await auth.check(request, response, needed)) await handle(request, response);
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        json(response, error.statusCode, { handled: error.code });
      }
    };
    const guarded = () => {
      if (access === "open") return handle;
      if (options.refuse === "throw") return checked;
      if (access === "required") return needed ? auth.required(needed, handle) : auth.required(handle);
      const optional = onInvalid && { onInvalid };
      return needed ? auth.optional(needed, handle, optional) : auth.optional(handle, optional);
    };
    return { method, path, listener: guarded() };
  });

  return listen((request, response) => {
    const path = request.url?.split("?")[0];
    const method = request.method === "HEAD" ? "GET" : request.method;
    const found = listeners.find(
      (one) => one.path === path && (one.method === "ALL" || one.method === method),
    );
    if (found) found.listener(request, response);
    else json(response, 404, {});
  });
};

runCases("node", makeNode);
