// One application where people sign in, in each framework's own way: guarded routes, and the router.
import type { RequestListener } from "node:http";
import formbody from "@fastify/formbody";
import { getRequestListener } from "@hono/node-server";
import * as common from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import express from "express";
import Fastify from "fastify";
import { Hono, type MiddlewareHandler } from "hono";
import { sallyport as expressAuth } from "../../src/frameworks/express.ts";
import { sallyport as fastifyAuth } from "../../src/frameworks/fastify.ts";
import { sallyport as fetchAuth } from "../../src/frameworks/fetch.ts";
import { sallyport as honoAuth } from "../../src/frameworks/hono.ts";
import { MaybeProtected, Protected, Sallyport, SallyportModule } from "../../src/frameworks/nest.ts";
import { sallyport as nodeAuth } from "../../src/frameworks/node.ts";
import { AuthError, type Requirement } from "../../src/index.ts";
import type { SallyportDeps, SallyportOptions } from "../../src/sallyport.ts";
import { bridge } from "../support/fetch-bridge.ts";
import { listen } from "../support/listen.ts";
import type { TestServer } from "../support/run-http-cases.ts";

/** A guarded route. Its handler answers `{ sub, given }`. */
export interface SessionRoute {
  readonly path: string;
  readonly access: "required" | "optional";
  readonly needed?: Requirement;
  readonly by?: "token" | "session";
  /** What the handler sets itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What it asks of `auth`. */
  readonly asks?: "session" | "accessToken" | "csrfToken";
}

export interface SessionParts {
  readonly options: SallyportOptions;
  readonly deps: SallyportDeps;
  readonly routes: readonly SessionRoute[];
  /** Where the router goes. Default: nowhere. */
  readonly mount?: string;
  /** Whether the application has a parser for forms of its own ahead of everything. */
  readonly parses?: boolean;
}

export type MakeSessionServer = (parts: SessionParts) => Promise<TestServer>;

type Asked = Record<"session" | "accessToken" | "csrfToken", (carrier: never) => unknown> & {
  maybeIdentity(carrier: never): { readonly subject: string } | undefined;
};

async function answerOf(auth: object, { asks }: SessionRoute, carrier: object): Promise<object> {
  const asked = auth as Asked;
  const sub = asked.maybeIdentity(carrier as never)?.subject ?? null;
  if (!asks) return { sub };
  try {
    return { sub, given: (await asked[asks](carrier as never)) ?? null };
  } catch (error) {
    return { sub, thrown: (error as Error).message };
  }
}

const thrownCode = (error: unknown) => {
  if (!(error instanceof AuthError)) throw error;
  return { handled: error.code, login: error.loginUrl ?? null };
};
type SetHeader = (name: string, value: string) => unknown;
/** As handlers do: cookies are added, anything else is set. */
function setOwn({ headers = {} }: SessionRoute, add: SetHeader, set: SetHeader): void {
  for (const [name, value] of Object.entries(headers)) (name === "set-cookie" ? add : set)(name, value);
}
const rulesOf = ({ by }: SessionRoute) => by && { by };

export const onExpress =
  (framework: typeof express): MakeSessionServer =>
  async ({ options, deps, routes, mount, parses }) => {
    const auth = expressAuth(options, deps);
    const app = framework();
    if (parses) app.use(framework.urlencoded({ extended: true }));
    if (mount !== undefined) {
      const router = auth.router();
      router.get("/own", (request, response) => void response.send(request.baseUrl));
      app.use(mount || "/", router);
    }
    for (const route of routes) {
      const guard = auth[route.access](route.needed, rulesOf(route));
      app.all(route.path, guard, async (request, response) => {
        setOwn(route, response.append.bind(response), response.set.bind(response));
        response.json(await answerOf(auth, route, request));
      });
    }
    app.use(((error, _request, response, next) => {
      if (error instanceof TypeError) return response.status(500).send(error.message);
      if (!(error instanceof AuthError)) return next(error);
      response.status(error.statusCode).json(thrownCode(error));
    }) as express.ErrorRequestHandler);
    return listen(app);
  };

const onFastify: MakeSessionServer = async ({ options, deps, routes, mount, parses }) => {
  const auth = fastifyAuth(options, deps);
  const app = Fastify();
  if (parses) await app.register(formbody);
  // Whatever a test posts is not what is tested.
  app.addContentTypeParser("text/plain", (_request, _payload, done) => done(null, undefined));
  if (mount !== undefined) {
    app.register(
      async (scope) => {
        scope.register(auth.router());
        scope.get("/own", () => scope.prefix);
      },
      { prefix: mount },
    );
  }
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof AuthError) reply.status(error.statusCode).send(thrownCode(error));
    else reply.status(500).send((error as Error).message);
  });
  for (const route of routes) {
    app.all(route.path, auth[route.access](route.needed, rulesOf(route)), async (request, reply) => {
      reply.headers({ ...route.headers });
      return answerOf(auth, route, request);
    });
  }
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: (app.server.address() as { port: number }).port, close: () => app.close() };
};

const onHono: MakeSessionServer = async ({ options, deps, routes, mount, parses }) => {
  const auth = honoAuth(options, deps);
  const app = new Hono();
  if (parses) {
    app.use(async (c, next) => {
      await (c.req.query("read") === "pairs" ? c.req.parseBody() : c.req.text());
      await next();
    });
  }
  if (mount !== undefined) {
    const router = auth.router();
    router.get("/own", (c) => c.text(mount));
    app.route(mount || "/", router);
  }
  app.onError((error, c) =>
    error instanceof AuthError ? c.json(thrownCode(error), error.statusCode) : c.text(error.message, 500),
  );
  for (const route of routes) {
    const guard: MiddlewareHandler = auth[route.access](route.needed, rulesOf(route));
    app.all(route.path, guard, async (c) =>
      Response.json(await answerOf(auth, route, c), { headers: route.headers ?? {} }),
    );
  }
  return listen(getRequestListener(app.fetch));
};

const onNode: MakeSessionServer = async ({ options, deps, routes, mount }) => {
  const auth = nodeAuth(options, deps);
  const router = mount === undefined ? undefined : auth.router();
  const handlers = routes.map((route) => {
    const handle = async (...[request, response]: Parameters<RequestListener>) => {
      setOwn(route, response.appendHeader.bind(response), response.setHeader.bind(response));
      response.end(JSON.stringify(await answerOf(auth, route, request)));
    };
    const checked: typeof handle = async (request, response) => {
      try {
        if (await auth.check(request, response, route.needed, rulesOf(route)))
          await handle(request, response);
      } catch (error) {
        response.statusCode = (error as AuthError).statusCode;
        response.end(JSON.stringify(thrownCode(error)));
      }
    };
    const { access, needed } = route;
    const guarded = () => {
      const rules = rulesOf(route);
      return needed ? auth[access](needed, handle, rules) : auth[access](handle, rules);
    };
    return [route.path, options.refuse === "throw" ? checked : guarded()] as const;
  });
  const listeners = new Map<string, (typeof handlers)[number][1]>(handlers);
  return listen((request, response) => {
    if (router?.(request, response)) return;
    const [path = ""] = (request.url ?? "").split("?");
    const listener = listeners.get(path);
    if (listener) return void listener(request, response);
    response.statusCode = 404;
    response.end();
  });
};

const onFetch: MakeSessionServer = async ({ options, deps, routes, mount }) => {
  const auth = fetchAuth(options, deps);
  const router = mount === undefined ? undefined : auth.router();
  const handlers = new Map(
    routes.map((route) => {
      const { access, needed } = route;
      const handle = async (request: Request) =>
        Response.json(await answerOf(auth, route, request), { headers: route.headers ?? {} });
      const rules = rulesOf(route);
      const guarded = () => {
        if (access === "required")
          return needed ? auth.required(needed, handle, rules) : auth.required(handle, rules);
        return needed ? auth.optional(needed, handle, rules) : auth.optional(handle, rules);
      };
      return [route.path, guarded()] as const;
    }),
  );
  return listen(
    bridge(async (request) => {
      const answer = router?.(request);
      if (answer) return answer;
      try {
        const handler = handlers.get(new URL(request.url).pathname);
        return (await handler?.(request)) ?? new Response(null, { status: 404 });
      } catch (error) {
        return Response.json(thrownCode(error), { status: (error as AuthError).statusCode });
      }
    }),
  );
};

const onNest =
  (adapter: () => never): MakeSessionServer =>
  async ({ options, deps, routes }) => {
    class Routes {
      readonly auth: Sallyport;
      constructor(auth: Sallyport) {
        this.auth = auth;
      }
    }
    common.Controller()(Routes);
    common.Inject(Sallyport)(Routes, undefined, 0);
    const { prototype } = Routes as { readonly prototype: object };
    routes.forEach((route, index) => {
      const name = `route${index}`;
      const handler = function (
        this: Routes,
        request: object,
        response: Record<"append" | "header", SetHeader>,
      ) {
        setOwn(route, (response.append ?? response.header).bind(response), response.header.bind(response));
        return answerOf(this.auth, route, request);
      };
      Object.defineProperty(prototype, name, { value: handler, configurable: true, writable: true });
      const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
      const guard =
        route.access === "required"
          ? Protected(route.needed, rulesOf(route))
          : MaybeProtected(route.needed, rulesOf(route));
      common.Req()(prototype, name, 0);
      common.Res({ passthrough: true })(prototype, name, 1);
      for (const decorate of [common.All(route.path), common.HttpCode(200), guard]) {
        decorate(prototype, name, descriptor);
      }
    });
    class AppModule {}
    common.Module({ imports: [SallyportModule.forRoot({ ...options, deps })], controllers: [Routes] })(
      AppModule,
    );
    const app = await NestFactory.create(AppModule, adapter(), { logger: false, abortOnError: false });
    await app.listen(0, "127.0.0.1");
    return { port: Number(new URL(await app.getUrl()).port), close: () => app.close() };
  };

export type Frameworks = readonly (readonly [name: string, make: MakeSessionServer])[];

export const frameworks: Frameworks = [
  ["express", onExpress(express)],
  ["fastify", onFastify],
  ["hono", onHono],
  ["node", onNode],
  ["fetch", onFetch],
  ["nest on Express", onNest(() => new ExpressAdapter() as never)],
  ["nest on Fastify", onNest(() => new FastifyAdapter() as never)],
];
