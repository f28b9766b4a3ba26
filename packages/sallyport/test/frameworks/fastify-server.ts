// The table's routes in Fastify.
import formbody from "@fastify/formbody";
import Fastify from "fastify";
import { type AuthError, sallyport } from "../../src/frameworks/fastify.ts";
import { thrownBy } from "../support/listen.ts";
import type { MakeServer } from "../support/run-http-cases.ts";

export const makeFastify: MakeServer = async ({ routes, options, deps, handled }) => {
  const auth = sallyport(options, deps);
  const app = Fastify({ logger: false });
  await app.register(formbody);
  app.register(auth.plugin());
  if (options.refuse === "throw") {
    app.setErrorHandler((error, _request, reply) => {
      reply.status((error as AuthError).statusCode).send({ handled: (error as AuthError).code });
    });
  }
  for (const { method, path: url, access, needed, onInvalid, form } of routes) {
    const methods = method === "ALL" ? ["GET", "POST", "OPTIONS"] : method;
    if (access === "open") {
      app.route({
        method: methods,
        url,
        handler: async (request) => {
          handled();
          return thrownBy(() => auth.identity(request));
        },
      });
      continue;
    }
    const guard =
      access === "required" ? auth.required(needed) : auth.optional(needed, onInvalid && { onInvalid });
    app.route({
      method: methods,
      url,
      ...guard,
      handler: async (request) => {
        handled();
        const sub = auth.maybeIdentity(request)?.subject ?? null;
        return form ? { sub, field: (request.body as { field?: string }).field ?? null } : { sub };
      },
    });
  }
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = app.server.address() as { port: number };
  return { port: address.port, close: () => app.close() };
};
