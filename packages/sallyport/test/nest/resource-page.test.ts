// The Nest application of docs/resource-metadata.md, on both adapters.
import { readFileSync } from "node:fs";
import { Controller, Get, Inject, Module, Req } from "@nestjs/common";
import { expect, test } from "vitest";
import { Caller, Public, Sallyport, SallyportModule } from "../../src/frameworks/nest.ts";
import type { Identity } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { appModule } from "./resource-page/app.module.ts";
import { adapters, listener, start } from "./start.ts";

const plain = (code: string) => code.replace(/\s+/g, " ").trim();
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the page shows the code that runs", () => {
  const page = read("../../../../docs/resource-metadata.md");
  const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => plain(code));
  expect(blocks).toContain(plain(read("./resource-page/app.module.ts")));
});

test.each(adapters)("%s: each resource has its own tokens and its own document", async (_name, adapter) => {
  const idp = fakeIssuer({ audience: "https://api.example.org/orders" });
  const { get } = await start(adapter, appModule({ ...idp.config, deps: idp.deps }) as never);
  const headers = await idp.bearer({ scopes: ["orders:read", "tools:run"] });
  expect([(await get("/orders", headers)).status, (await get("/tools", headers)).status]).toEqual([200, 401]);
  for (const name of ["orders", "tools"]) {
    const path = `/.well-known/oauth-protected-resource/${name}`;
    const challenge = (await get(`/${name}`)).headers.get("www-authenticate");
    expect(challenge).toContain(`resource_metadata="https://api.example.org${path}"`);
    expect(await (await get(path)).json()).toMatchObject({ resource: `https://api.example.org/${name}` });
  }
});

test.each(adapters)(
  "%s: with `global`, a route without a decorator is its own resource's",
  async (_name, adapter) => {
    const idp = fakeIssuer({ audience: "https://api.example.org/tools" });
    const { decisions, onEvent } = listener();

    @Controller("tools")
    class Tools {
      readonly auth: Sallyport;
      constructor(@Inject(Sallyport) auth: Sallyport) {
        this.auth = auth;
      }
      @Get() list(@Caller() who: Identity, @Req() request: object) {
        return [who.subject, this.auth.identity(request).subject];
      }
      @Public() @Get("open") open() {
        return "open";
      }
    }
    @Controller("orders")
    class Orders {
      @Get() list(@Caller() who: Identity) {
        return [who.subject];
      }
    }
    const resource = (name: string) => ({
      ...idp.config,
      audience: `https://api.example.org/${name}`,
      resource: `https://api.example.org/${name}`,
      deps: { ...idp.deps, onEvent },
    });
    @Module({ imports: [SallyportModule.forResource(resource("tools"))], controllers: [Tools] })
    class ToolsModule {}
    @Module({
      imports: [SallyportModule.forRoot({ ...resource("orders"), global: true }), ToolsModule],
      controllers: [Orders],
    })
    class AppModule {}

    const { get } = await start(adapter, AppModule);
    decisions.length = 0;
    const headers = await idp.bearer({ subject: "s1" });
    expect(await (await get("/tools", headers)).json()).toEqual(["s1", "s1"]);
    // Judged once, by its own resource alone.
    expect(decisions.map(({ outcome, route }) => [outcome, route])).toEqual([["allowed", "/tools"]]);
    expect((await get("/orders", headers)).status).toBe(401);
    expect((await get("/tools")).status).toBe(401);
    expect(await (await get("/tools/open")).text()).toBe("open");
  },
);
