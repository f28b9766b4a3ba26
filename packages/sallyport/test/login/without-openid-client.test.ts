// An install without openid-client verifies tokens all the same, and says what is missing once somebody signs in.
import { expect, test, vi } from "vitest";
import { lastCode, startLoginApp } from "../support/login-app.ts";

vi.mock("openid-client", () => {
  throw Object.assign(new Error("Cannot find package 'openid-client'"), { code: "ERR_MODULE_NOT_FOUND" });
});

test("the log says what to install; people read that it is not their fault", async () => {
  const app = await startLoginApp();
  const answer = await app.browser().send("/auth/v2/login");
  expect([answer.status, lastCode(app)]).toEqual([503, "provider_unavailable"]);
  expect(app.log.at(-1)?.message).toContain("npm install openid-client");
  expect(answer.text).not.toContain("npm");
  await expect(app.login.ready()).rejects.toThrow("npm install openid-client");
});
