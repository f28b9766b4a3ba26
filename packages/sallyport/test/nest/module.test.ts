import {
  type ArgumentsHost,
  Catch,
  Controller,
  Get,
  HttpException,
  Inject,
  Injectable,
  Module,
} from "@nestjs/common";
import { APP_FILTER, ExternalContextCreator, NestFactory } from "@nestjs/core";
import { describe, expect, test } from "vitest";
import { MaybeProtected, Protected, Public, Sallyport, SallyportModule } from "../../src/frameworks/nest.ts";
import { AuthError, type Requirement, scope } from "../../src/index.ts";
import { adapters, bearer, kit, moduleOf, options, start } from "./start.ts";

@Controller()
class Routes {
  @Get("me") me() {
    return "me";
  }
  @Protected(scope("a", "b")) @Get("scoped") scoped() {
    return "scoped";
  }
}

const bad = { authorization: "Bearer a.b.c" };
const Express = adapters[0][1];

describe("the module", () => {
  @Injectable()
  class Settings {
    readonly issuer = kit.issuer;
  }
  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  test("forRootAsync has options, `global` and `deps` from a factory with what it needs injected", async () => {
    @Module({
      imports: [
        SallyportModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ issuer }: Settings) => ({ ...options({ global: true }), issuer }),
        }),
      ],
      controllers: [Routes],
    })
    class AppModule {}
    const { get } = await start(Express, AppModule);
    expect((await get("/me")).status).toBe(401);
    expect((await get("/me", bearer())).status).toBe(200);
  });

  test("decorators and the service work in modules that do not import it", async () => {
    @Controller("feature")
    class FeatureRoutes {
      readonly auth: Sallyport;
      constructor(@Inject(Sallyport) auth: Sallyport) {
        this.auth = auth;
      }
      @Protected() @Get() get() {
        return this.auth.health().issuers.length;
      }
    }
    @Module({ controllers: [FeatureRoutes] })
    class FeatureModule {}
    @Module({ imports: [FeatureModule, SallyportModule.forRoot(options())] })
    class AppModule {}
    const { get } = await start(Express, AppModule);
    expect((await get("/feature")).status).toBe(401);
    expect(await (await get("/feature", bearer())).text()).toBe("1");
  });

  const refused: readonly [string, () => object, string][] = [
    [
      "an unknown option",
      () => SallyportModule.forRoot({ ...options(), audienc: "x" } as never),
      "has no option `audienc`",
    ],
    [
      "a wrong `global`",
      () => SallyportModule.forRoot({ ...options(), global: "yes" } as never),
      "`global` takes true or false",
    ],
    ["no audience", () => SallyportModule.forRoot({ issuer: kit.issuer, jwks: kit.jwks }), "audience"],
    [
      "a factory's mistake",
      () => SallyportModule.forRootAsync({ useFactory: () => ({ ...options(), refuse: "never" }) as never }),
      "`refuse` takes answer or throw",
    ],
  ];
  test.each(refused)("%s keeps the application from starting", async (_what, imported, sentence) => {
    class AppModule {}
    Module({ imports: [imported() as never] })(AppModule);
    const starting = NestFactory.create(AppModule, { logger: false, abortOnError: false });
    await expect(starting).rejects.toThrow(sentence);
    await expect(starting).rejects.toThrow(TypeError);
  });

  test("a requirement that is none keeps the application from starting, and names the route", async () => {
    @Controller()
    class Wrong {
      @Protected({ scope: ["a"] } as Requirement) @Get() wrong() {}
    }
    const app = await NestFactory.create(moduleOf([Wrong]), { logger: false, abortOnError: false });
    await expect(app.init()).rejects.toThrow(
      /^The requirement of Wrong\.wrong is refused: A requirement has no field `scope`/,
    );
    await app.close();
  });

  test("two configurations in one application are refused", async () => {
    @Module({ imports: [SallyportModule.forRoot(options()), SallyportModule.forRoot(options())] })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
    await expect(app.init()).rejects.toThrow("SallyportModule is imported with more than one configuration");
    await app.close();
  });

  test("it closes with the application, and the same class starts again", async () => {
    const AppModule = moduleOf([Routes]);
    const first = await NestFactory.create(AppModule, { logger: false });
    await first.init();
    const { verifier } = first.get(Sallyport);
    await expect(verifier.verify(kit.token())).resolves.toMatchObject({ issuer: kit.issuer });
    await first.close();
    await expect(verifier.verify(kit.token())).rejects.toMatchObject({ code: "closed" });
    const { get } = await start(Express, AppModule);
    expect((await get("/scoped", bearer({ claims: { scope: "a b" } }))).status).toBe(200);
  });

  test("the service has the verifier, `ready`, `health` and `signingKeys`", async () => {
    const app = await NestFactory.create(moduleOf([Routes]), { logger: false });
    const auth = app.get(Sallyport);
    await auth.ready();
    expect(auth.health().issuers).toHaveLength(1);
    expect(auth.signingKeys()).toHaveLength(kit.jwks.keys.length);
    expect(() => auth.maybeIdentity("text" as never)).toThrow(TypeError);
    await app.close();
  });
});

describe("routes that are not HTTP", () => {
  class Resolver {
    users() {
      return "users";
    }
    open() {
      return "open";
    }
    maybe() {
      return "maybe";
    }
  }
  const own = (name: keyof Resolver) =>
    Object.getOwnPropertyDescriptor(Resolver.prototype, name) as PropertyDescriptor;
  Protected()(Resolver.prototype, "users", own("users"));
  Public()(Resolver.prototype, "open", own("open"));
  MaybeProtected()(Resolver.prototype, "maybe", own("maybe"));

  // The creator is what @nestjs/graphql itself calls to run guards around a resolver.
  test.each(["graphql", "rpc", "ws"])("%s: fails closed and says why; @Public() passes", async (type) => {
    const app = await NestFactory.create(moduleOf([], { global: true }, [Resolver]), { logger: false });
    await app.init();
    const resolver = app.get(Resolver);
    const call = (name: keyof Resolver) =>
      app
        .get(ExternalContextCreator)
        .create(
          resolver,
          resolver[name],
          name,
          undefined,
          undefined,
          undefined,
          undefined,
          undefined,
          type,
        )();
    await expect(call("users")).rejects.toThrow(
      `Sallyport guards HTTP routes, and Resolver.users is called by ${type}: guard it by other means and mark it @Public()`,
    );
    await expect(call("maybe")).rejects.toThrow("Sallyport guards HTTP routes");
    await expect(call("open")).resolves.toBe("open");
    await app.close();
  });
});

describe.each(adapters)("refusals through NestJS on %s", (_name, adapter) => {
  test("the answer: status, headers and body of every other framework", async () => {
    const { get } = await start(adapter, moduleOf([Routes], { global: true }));
    const answer = await get("/scoped", bearer({ claims: { scope: "a" } }));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer realm="api", error="insufficient_scope", error_description="The access token does not grant what this request needs", scope="a b"',
    );
    expect(await answer.json()).toEqual({
      error: "insufficient_scope",
      error_description: "The access token does not grant what this request needs",
    });
  });

  test("exception filters see an HttpException whose cause is the AuthError", async () => {
    const seen: unknown[] = [];
    @Catch(HttpException)
    class Filter {
      catch(exception: HttpException, host: ArgumentsHost) {
        seen.push([exception.getStatus(), exception.getResponse(), (exception.cause as AuthError).code]);
        const response = host.switchToHttp().getResponse();
        response.status(exception.getStatus()).send({ problem: true });
      }
    }
    const { get } = await start(
      adapter,
      moduleOf([Routes], { global: true }, [{ provide: APP_FILTER, useClass: Filter }]),
    );
    const answer = await get("/me", bad);
    expect(seen).toEqual([
      [
        401,
        { error: "invalid_token", error_description: "The access token is not valid" },
        "malformed_token",
      ],
    ]);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(await answer.json()).toEqual({ problem: true });
  });

  test('refuse: "throw" hands the AuthError to the filters, and is no way in without one', async () => {
    @Catch(AuthError)
    class Filter {
      catch(error: AuthError, host: ArgumentsHost) {
        host.switchToHttp().getResponse().status(error.status).send(error.code);
      }
    }
    const given = { global: true, refuse: "throw" } as const;
    const filtered = await start(
      adapter,
      moduleOf([Routes], given, [{ provide: APP_FILTER, useClass: Filter }]),
    );
    const answer = await filtered.get("/me");
    expect([answer.status, await answer.text()]).toEqual([401, "missing_token"]);
    expect(answer.headers.get("content-type")).toMatch(/^text\//);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const bare = await start(adapter, moduleOf([Routes], given));
    expect((await bare.get("/me")).status).toBe(500);
  });

  test.each([
    ["an object", { problem: 1 }, '{"problem":1}'],
    ["a list", [1], "[1]"],
    ["a text", "Go away", "Go away"],
    ["nothing", undefined, ""],
  ])("onRefused may make the body %s", async (_what, body, text) => {
    const onRefused = () => ({ headers: { "x-why": "because" }, body });
    const { get } = await start(adapter, moduleOf([Routes], { global: true, deps: { onRefused } }));
    const answer = await get("/me");
    expect([answer.status, answer.headers.get("x-why"), await answer.text()]).toEqual([401, "because", text]);
  });

  test("an onRefused that throws changes nothing", async () => {
    const onRefused = () => {
      throw new Error("broken");
    };
    const { get } = await start(adapter, moduleOf([Routes], { global: true, deps: { onRefused } }));
    expect((await get("/me")).status).toBe(401);
  });
});
