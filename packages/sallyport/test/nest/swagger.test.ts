// `sallyport/nest/swagger`: the document says what the decorators say.
import {
  Controller,
  Get,
  type INestApplication,
  Module,
  Post,
  type Type,
  UseGuards,
  VersioningType,
} from "@nestjs/common";
import {
  ApiBearerAuth,
  ApiExcludeEndpoint,
  ApiExtension,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  DocumentBuilder,
  SwaggerModule,
} from "@nestjs/swagger";
import { describe, expect, test } from "vitest";
import {
  allOf,
  anyOf,
  MaybeProtected,
  Protected,
  Public,
  role,
  SallyportGuard,
  SallyportModule,
  type SallyportModuleOptions,
  scope,
} from "../../src/frameworks/nest.ts";
import { applySallyport, type OpenApiOptions } from "../../src/frameworks/nest-swagger.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { type Document, read, securityOf, statusesOf } from "../openapi/document.ts";
import { documentation } from "./openapi-page/docs.ts";
import { adapters, bearer, moduleOf, start } from "./start.ts";

// The suite's issuer has its keys in the configuration: with endpoints given, there are scopes to show.
const urls = {
  authorizationUrl: "https://issuer.example/authorize",
  tokenUrl: "https://issuer.example/token",
};
const any = { oidc: [] };

async function build(
  controllers: readonly Type<unknown>[],
  given: SallyportModuleOptions = {},
  {
    adapter = adapters[0][1],
    version = "3.0",
    options = urls,
    prepare,
  }: {
    adapter?: (typeof adapters)[number][1];
    version?: "3.0" | "3.1";
    options?: OpenApiOptions;
    prepare?: (app: INestApplication) => void;
  } = {},
) {
  const started = await start(adapter, moduleOf(controllers, given), prepare ? { prepare } : {});
  const builder = new DocumentBuilder()
    .setTitle("Test")
    .setVersion("1")
    .setOpenAPIVersion(`${version}.0`)
    .addBearerAuth();
  const config = builder.build();
  const make = () => SwaggerModule.createDocument(started.app, config);
  const document = await read(applySallyport(started.app, make, options), version);
  return { ...started, document, make };
}

@Controller()
class Routes {
  @Get("plain") plain() {}
  @Public() @Get("public") open() {}
  @Protected() @Get("me") me() {}
  @Protected(anyOf(role("Admin"), scope("users:write"))) @Get("admin") admin() {}
  @MaybeProtected(scope("feed")) @Get("feed") feed() {}
  @UseGuards(SallyportGuard) @Get("guarded") guarded() {}
  @ApiExcludeEndpoint() @Protected() @Get("hidden") hidden() {}
}
const marked = {
  "GET /public": undefined,
  "GET /me": [any],
  "GET /admin": [any, { oidc: ["users:write"] }],
  "GET /feed": [{ oidc: ["feed"] }, {}],
  "GET /guarded": [any],
};

describe.each(adapters)("on %s", (_name, adapter) => {
  test.each(["3.0", "3.1"] as const)("OpenAPI %s: marked routes", async (version) => {
    const { document } = await build([Routes], {}, { adapter, version });
    expect(securityOf(document)).toEqual({ "GET /plain": undefined, ...marked });
    expect(statusesOf(document, "/public")).toEqual(["200"]);
    expect(statusesOf(document, "/me")).toEqual(["200", "400", "401", "503"]);
    expect(statusesOf(document, "/admin")).toEqual(["200", "400", "401", "403", "503"]);
    expect(document.components?.securitySchemes?.oidc).toMatchObject({
      type: "oauth2",
      flows: { authorizationCode: { ...urls, scopes: { openid: "", "users:write": "", feed: "" } } },
    });
  });

  test("global: true: every route but the public ones", async () => {
    const { document } = await build([Routes], { global: true }, { adapter });
    expect(securityOf(document)).toEqual({ "GET /plain": [any], ...marked });
  });

  test("what the document says of a refusal is what is sent", async () => {
    const { document, get } = await build([Routes], {}, { adapter });
    for (const [path, headers, status] of [
      ["/me", {}, 401],
      ["/admin", bearer(), 403],
    ] as const) {
      const answer = await get(path, headers);
      expect(answer.status).toBe(status);
      const body = (await answer.json()) as { error: string };
      const shown = document.paths[path]?.get?.responses[status];
      expect(shown?.content?.["application/json"]?.schema.properties.error.enum).toContain(body.error);
      for (const name of Object.keys(shown?.headers ?? {})) expect(answer.headers.get(name)).not.toBeNull();
    }
  });
});

abstract class Crud {
  @Get() list() {}
  @Protected(scope("create")) @ApiOperation({ operationId: "create", summary: "Create" }) @Post() create() {}
}

test("methods that classes share by inheritance have each class's rule", async () => {
  @Protected(scope("users:read"))
  @Controller("users")
  class Users extends Crud {}
  @Controller("orders")
  class Orders extends Crud {}
  @Public()
  @Controller("guests")
  class Guests extends Users {
    @Protected(role("Host")) @Get("own") own() {}
  }
  const { document } = await build([Guests, Users, Orders]);
  expect(securityOf(document)).toEqual({
    "GET /guests": undefined,
    "POST /guests": [{ oidc: ["create"] }],
    "GET /guests/own": [any],
    "GET /users": [{ oidc: ["users:read"] }],
    "POST /users": [{ oidc: ["users:read", "create"] }],
    "GET /orders": undefined,
    "POST /orders": [{ oidc: ["create"] }],
  });
  expect(document.paths["/users"]?.post).toMatchObject({ operationId: "create", summary: "Create" });
});

test("the route's own security and answers are kept", async () => {
  @Controller("own")
  class Own {
    @ApiBearerAuth() @Protected() @Get("bearer") bearer() {}
    @ApiResponse({ status: 403, description: "Mine" })
    @ApiResponse({ status: "5XX", description: "Mine" })
    @Protected(role("Admin"))
    @Get("answers")
    answers() {}
    @ApiExtension("x-mine", { a: 1 }) @Protected(allOf(scope("a"), scope("b"))) @Get("extended") extended() {}
  }
  @ApiSecurity("bearer")
  @Protected()
  @Controller("class")
  class OfClass {
    @Get() all() {}
  }
  const { document } = await build([Own, OfClass]);
  expect(securityOf(document)).toEqual({
    "GET /own/bearer": [{ bearer: [] }],
    "GET /own/answers": [any],
    "GET /own/extended": [{ oidc: ["a", "b"] }],
    "GET /class": [{ bearer: [] }],
  });
  expect(statusesOf(document, "/own/answers")).toEqual(["400", "401", "403", "5XX"]);
  expect(document.paths["/own/answers"]?.get?.responses["403"]?.description).toBe("Mine");
  expect(document.paths["/own/extended"]?.get).toMatchObject({ "x-mine": { a: 1 } });
});

test("versions, prefixes and several paths of one method", async () => {
  @Controller({ path: ["a", "b"], version: "1" })
  class Several {
    @Protected() @Get(["x", "y"]) both() {}
  }
  const { document } = await build(
    [Several],
    {},
    {
      prepare: (app) => {
        app.setGlobalPrefix("api");
        app.enableVersioning({ type: VersioningType.URI });
      },
    },
  );
  const security = securityOf(document);
  expect(Object.values(security)).toEqual(Object.keys(security).map(() => [any]));
  expect(Object.keys(security)).toContain("GET /api/v1/b/y");
});

test("an application without a protected route declares nothing", async () => {
  @Controller()
  class Open {
    @Get("open") open() {}
  }
  const { document } = await build([Open]);
  expect(Object.keys(document.components?.securitySchemes ?? {})).toEqual(["bearer"]);
  expect(JSON.stringify(document)).not.toContain("sallyport");
});

test("the metadata of @nestjs/swagger is as it was, even where its document fails", async () => {
  const { app, make, document } = await build([Routes]);
  const plain = JSON.stringify(make());
  expect(plain).not.toContain("sallyport");
  expect(plain).not.toContain("oidc");
  expect(JSON.stringify(document)).not.toContain("sallyport");
  const failing = () => {
    throw new Error("No document today");
  };
  expect(() => applySallyport(app, failing)).toThrow("No document today");
  expect(JSON.stringify(make())).toBe(plain);
});

test("options are checked, and Swagger UI takes the document", async () => {
  const { app, make } = await build([Routes]);
  expect(() => applySallyport(app, make, { scope: "a" } as OpenApiOptions)).toThrow(
    new TypeError("openapi has no option `scope`; did you mean `scopes`?"),
  );
  const document: Document = applySallyport(app, make) as unknown as Document;
  expect(document.components?.securitySchemes?.oidc).toMatchObject({ type: "http", scheme: "bearer" });
  SwaggerModule.setup("docs", app, applySallyport(app, make));
});

test("the code of docs/openapi.md", async () => {
  const { app, get } = await start(adapters[0][1], moduleOf([Routes], { global: true }), {
    prepare: (app) => void documentation(app, "https://api.example.org"),
  });
  const document = await read(documentation(app, "https://api.example.org"), "3.0");
  expect(securityOf(document)).toMatchObject({ "GET /plain": [any], "GET /public": undefined });
  expect((await get("/docs")).status).toBe(200);
});

test("several resources: each controller's own, before the application has begun, and nothing else changes", async () => {
  const idp = fakeIssuer();
  const partners = fakeIssuer({ issuer: "https://partners.example" });
  const optionsFor = (of: typeof idp, audience: string) => ({ ...of.config, audience, deps: of.deps });
  @Controller("orders")
  class Orders {
    @Protected(scope("orders:read")) @Get() list() {}
  }
  @Controller("tools")
  class Tools {
    @Protected(scope("tools:run")) @Get() list() {}
  }
  @Controller("partners")
  class Partners {
    @Protected() @Get() list() {}
  }
  const withResource = (given: SallyportModuleOptions, controller: Type<unknown>) => {
    @Module({ imports: [SallyportModule.forResource(given)], controllers: [controller] })
    class Feature {}
    return Feature;
  };
  @Module({
    imports: [
      SallyportModule.forRoot(optionsFor(idp, "orders")),
      withResource(optionsFor(idp, "tools"), Tools),
      withResource(optionsFor(partners, "partners"), Partners),
    ],
    controllers: [Orders],
  })
  class AppModule {}

  const config = new DocumentBuilder().setTitle("Test").setVersion("1").build();
  let made: object = {};
  const prepare = (app: INestApplication) => {
    made = applySallyport(app, () => SwaggerModule.createDocument(app, config));
  };
  const { get } = await start(adapters[0][1], AppModule, { prepare });
  const document = await read(made, "3.0");
  expect(securityOf(document)).toEqual({
    "GET /orders": [{ oidc: ["orders:read"] }],
    "GET /tools": [{ oidc: ["tools:run"] }],
    "GET /partners": [{ "oidc-2": [] }],
  });
  expect(Object.keys(document.components?.securitySchemes ?? {}).toSorted()).toEqual(["oidc", "oidc-2"]);

  const tools = await idp.bearer({ audience: "tools", scopes: ["tools:run"] });
  const statuses = [await get("/tools", tools), await get("/orders", tools)].map(({ status }) => status);
  expect(statuses).toEqual([200, 401]);
});
