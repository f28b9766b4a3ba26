import { NestFactory } from "@nestjs/core";
import { fakeIssuer } from "sallyport/testing";
import { expect, onTestFinished, test } from "vitest";
import { appModule } from "./app.module.ts";

async function start() {
  const idp = fakeIssuer({ audience: "my-api" });
  const app = await NestFactory.create(appModule({ ...idp.config, deps: idp.deps }), { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, "127.0.0.1");
  return { idp, url: await app.getUrl() };
}

test("a reader may not remove a user, an admin may", async () => {
  const { idp, url } = await start();
  const remove = async (scopes: string[]) =>
    (await fetch(`${url}/users/7`, { method: "DELETE", headers: await idp.bearer({ scopes }) })).status;
  expect(await remove(["users:read"])).toBe(403);
  expect(await remove(["users:write"])).toBe(200);
});

test("a token expires", async () => {
  const { idp, url } = await start();
  const headers = await idp.bearer({ subject: "s1" });
  expect(await (await fetch(`${url}/me`, { headers })).json()).toEqual({ sub: "s1" });
  idp.clock.advance({ hours: 1 });
  expect((await fetch(`${url}/me`, { headers })).status).toBe(401);
});

test("nobody in particular reads the feed", async () => {
  const { url } = await start();
  expect(await (await fetch(`${url}/feed`)).json()).toEqual({ for: "you" });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await fetch(`${url}/me`)).status).toBe(401);
});
