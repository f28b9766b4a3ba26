// docs/resource-metadata.md: the code that it shows runs, and what it says of an answer is what the code answers.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fakeIssuer } from "../../src/testing/index.ts";
import { build as buildOne } from "../docs/pages/resource-metadata/one.ts";
import { build as buildSeveral } from "../docs/pages/resource-metadata/several.ts";

const plain = (code: string) =>
  code
    .replace(/\.ts";/g, '.js";')
    .replace(/\s+/g, " ")
    .trim();
const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const page = read("../../../../docs/resource-metadata.md");
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code = ""]) => code);

test("the page shows the code that runs", () => {
  const files = [
    "../docs/pages/resource-metadata/one.ts",
    "../docs/pages/resource-metadata/several.ts",
    "../nest/resource-page/app.module.ts",
    "../../../../examples/mcp/app.ts",
  ];
  expect(blocksOf("ts").map(plain)).toEqual(files.map((file) => plain(read(file))));
});

const issuer = "https://idp.example.org/realms/demo";

test("the document and the challenges are those of the page", async () => {
  const idp = fakeIssuer({ preset: "keycloak", issuer, audience: "https://api.example.org" });
  const app = buildOne(issuer, idp.deps);
  const document = await app.inject("/.well-known/oauth-protected-resource");
  expect(document.json()).toEqual(JSON.parse(blocksOf("json")[0] ?? ""));
  expect(document.headers).toMatchObject({
    "cache-control": "public, max-age=3600",
    "access-control-allow-origin": "*",
  });
  const lines = (blocksOf("http")[0] ?? "").trim().split("\n");
  const refused = await app.inject("/orders");
  expect(`HTTP/1.1 ${refused.statusCode} Unauthorized`).toBe(lines[0]);
  expect(`WWW-Authenticate: ${refused.headers["www-authenticate"]}`).toBe(
    lines
      .slice(1)
      .map((line) => line.trim())
      .join(" "),
  );
  expect(
    (await app.inject({ url: "/orders", headers: await idp.bearer({ scopes: ["orders:read"] }) })).statusCode,
  ).toBe(200);
  await app.close();
});

test("several resources in one application, each with its own tokens", async () => {
  const idp = fakeIssuer({ preset: "keycloak", issuer, audience: "https://api.example.org/orders" });
  const app = buildSeveral(issuer, idp.deps);
  const headers = await idp.bearer({ scopes: ["orders:read", "tools:run"] });
  expect((await app.request("/orders", { headers })).status).toBe(200);
  expect((await app.request("/tools", { headers })).status).toBe(401);
  for (const name of ["orders", "tools"]) {
    const challenge = (await app.request(`/${name}`)).headers.get("www-authenticate") ?? "";
    const url = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "";
    expect(url).toBe(`https://api.example.org/.well-known/oauth-protected-resource/${name}`);
    expect(await (await app.request(url)).json()).toMatchObject({
      resource: `https://api.example.org/${name}`,
    });
  }
});
