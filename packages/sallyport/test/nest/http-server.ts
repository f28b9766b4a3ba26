// The table's routes as a Nest application, for any version of NestJS.
import { Server } from "node:http";
import type { ArgumentsHost } from "@nestjs/common";
import type { HttpRoute } from "../cases/http-cases.ts";
import type { MakeServer, ServerParts } from "../support/run-http-cases.ts";
import type { NestParts } from "./routes.ts";

export interface NestApplicationParts extends NestParts {
  readonly core: typeof import("@nestjs/core");
}

export function httpServer(nest: NestApplicationParts, adapter: () => never): MakeServer {
  const { SallyportModule, Sallyport } = nest.sallyport;
  return async ({ routes, options, deps, handled }) => {
    class AppModule {}
    nest.common.Module({
      imports: [SallyportModule.forRoot({ ...options, global: true, deps })],
      controllers: [controllerOf(nest, routes, handled)],
      providers: [{ provide: nest.core.APP_FILTER, useClass: filterOf(nest) }],
    })(AppModule);
    const app = await nest.core.NestFactory.create(AppModule, adapter(), {
      logger: false,
      abortOnError: false,
    });
    // As the page has it: uploads are refused ahead of Nest's parsers. Fastify's would answer 415 to this type.
    const refuseUploads = app.get(Sallyport).middleware();
    app.use("/upload", (...[request, response, next]: Parameters<typeof refuseUploads>) =>
      request.headers["content-type"] === "application/octet-stream"
        ? refuseUploads(request, response, next)
        : next(),
    );
    await app.listen(0, "127.0.0.1");
    const server: unknown = app.getHttpServer();
    const address = server instanceof Server ? server.address() : null;
    if (address === null || typeof address === "string") throw new Error("Nest has no port");
    return { port: address.port, close: () => app.close() };
  };
}

function controllerOf(
  nest: NestApplicationParts,
  routes: readonly HttpRoute[],
  handled: ServerParts["handled"],
) {
  const { Body, Controller, HttpCode, Inject, Req } = nest.common;
  const { Caller, Sallyport } = nest.sallyport;
  type Handler = (
    request: object,
    body: { field?: string } | undefined,
    who?: { subject: string },
  ) => unknown;

  @Controller()
  class Routes {
    readonly auth: InstanceType<typeof Sallyport>;
    constructor(@Inject(Sallyport) auth: InstanceType<typeof Sallyport>) {
      this.auth = auth;
    }
  }
  const prototype = Routes.prototype as Routes & Record<string, Handler>;
  for (const route of routes) {
    const name = route.path.slice(1);
    const handler: Handler = function (this: Routes, request, body, who) {
      handled();
      if (route.access === "open") return { thrown: messageOf(() => this.auth.identity(request)) };
      const sub = who?.subject ?? null;
      return route.form ? { sub, field: body?.field ?? null } : { sub };
    };
    Object.defineProperty(prototype, name, { value: handler, configurable: true, writable: true });
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
    for (const decorate of [...decoratorsOf(nest, route), HttpCode(200)])
      decorate(prototype, name, descriptor);
    Req()(prototype, name, 0);
    Body()(prototype, name, 1);
    if (route.access !== "open") Caller()(prototype, name, 2);
  }
  return Routes;
}

function decoratorsOf(
  { common, sallyport }: NestParts,
  { method, path, access, needed, onInvalid }: HttpRoute,
) {
  // A check in code is known only to the copy of the library that made it: an earlier Nest has a copy of its own.
  const own = needed && "test" in needed ? sallyport.check(needed.check, needed.test) : needed;
  const map = { GET: common.Get, POST: common.Post, ALL: common.All }[method];
  const guard = {
    required: () => sallyport.Protected(own),
    optional: () => sallyport.MaybeProtected(own, onInvalid && { onInvalid }),
    open: () => sallyport.Public(),
  }[access];
  return [map(path), guard()];
}

function filterOf({ common, sallyport }: NestParts) {
  const { AuthError } = sallyport;
  @common.Catch(AuthError)
  class Filter {
    catch(error: InstanceType<typeof AuthError>, host: ArgumentsHost) {
      host.switchToHttp().getResponse().status(error.status).send({ handled: error.code });
    }
  }
  return Filter;
}

function messageOf(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
