import type { INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { fakeIssuer } from "sallyport/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appModule } from "./app.ts";

const idp = fakeIssuer({ audience: "my-api" });
let app: INestApplication;
let url: string;
beforeAll(async () => {
  app = await NestFactory.create(appModule(idp.config, idp.deps), { logger: false });
  await app.listen(0, "127.0.0.1");
  url = await app.getUrl();
});
afterAll(() => app.close());

test("who is calling", async () => {
  const me = await fetch(`${url}/me`, { headers: await idp.bearer({ subject: "s1" }) });
  expect(await me.json()).toEqual({ subject: "s1" });
  expect((await fetch(`${url}/me`)).status).toBe(401);
  expect((await fetch(`${url}/health`)).status).toBe(200);
});

test("only an administrator removes", async () => {
  const remove = async (roles: string[]) =>
    (await fetch(`${url}/users/7`, { method: "DELETE", headers: await idp.bearer({ roles }) })).status;
  expect(await remove(["Reader"])).toBe(403);
  expect(await remove(["Admin"])).toBe(200);
});
