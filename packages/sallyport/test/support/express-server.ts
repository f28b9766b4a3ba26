// The table's routes in Express, of either major version.
import type express from "express";
import { AuthError, sallyport } from "../../src/frameworks/express.ts";
import { listen, thrownBy } from "./listen.ts";
import type { MakeServer } from "./run-http-cases.ts";

export const makeExpress =
  (framework: typeof express): MakeServer =>
  ({ routes, options, deps, handled }) => {
    const auth = sallyport(options, deps);
    const app = framework();
    if (options.publicUrl) app.use(auth.resourceMetadata());
    app.use(framework.urlencoded({ extended: false }));
    for (const { method, path, access, needed, onInvalid, form } of routes) {
      const verb = method === "ALL" ? "all" : method === "POST" ? "post" : "get";
      if (access === "open") {
        app[verb](path, (request, response) => {
          handled();
          response.json(thrownBy(() => auth.identity(request)));
        });
        continue;
      }
      const guard =
        access === "required" ? auth.required(needed) : auth.optional(needed, onInvalid && { onInvalid });
      app[verb](path, guard, (request, response) => {
        handled();
        const sub = auth.maybeIdentity(request)?.subject ?? null;
        response.json(
          form ? { sub, field: (request.body as { field?: string } | undefined)?.field ?? null } : { sub },
        );
      });
    }
    app.use(
      (error: unknown, _request: express.Request, response: express.Response, next: express.NextFunction) => {
        if (!(error instanceof AuthError)) return next(error);
        response.status(error.statusCode).json({ handled: error.code });
      },
    );
    return listen(app);
  };
