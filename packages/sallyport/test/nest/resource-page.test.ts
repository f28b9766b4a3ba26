// The Nest application of docs/resource-metadata.md, on both adapters.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fakeIssuer } from "../../src/testing/index.ts";
import { appModule } from "./resource-page/app.module.ts";
import { adapters, start } from "./start.ts";

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
