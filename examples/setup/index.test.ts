import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { setUp } from "./index.ts";

const own = { OIDC_ISSUER: "https://idp.example", OIDC_CLIENT_ID: "shed" };

test("a provider of its own, whose clients know where the application is", async () => {
  const { url, port, options, provider, close } = await setUp("shed", { PORT: "0" });
  onTestFinished(close);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(options).toMatchObject({ publicUrl: url, clientId: "web", session: { cookieName: "shed" } });
  expect(provider).toMatch(/^http:\/\/127\.0\.0\.1:\d+ {3}people: alice, bob, carol$/);
});

test("the provider that the environment names, and no other", async () => {
  const { options, provider } = await setUp("shed", { ...own, PORT: "0", OIDC_AUDIENCE: "" });
  expect(options).toMatchObject({ issuer: "https://idp.example", clientId: "shed" });
  expect(options.audience).toBeUndefined();
  expect(provider).toBe("the one that the environment names");
});

test("https: nothing insecure is allowed", async () => {
  const { options } = await setUp("shed", { ...own, PORT: "0", OIDC_PUBLIC_URL: "https://shed.example" });
  expect([options.publicUrl, options.insecureAllowLoopback]).toEqual(["https://shed.example", false]);
});

test("another port, where the one that is wanted is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  expect((await setUp("shed", { ...own, PORT: String(port) })).port).not.toBe(port);
});

test.each([
  [{ PORT: "many" }, "PORT takes a number from 0 to 65535"],
  [{ PORT: "0", TOKEN_SECONDS: "-1" }, "TOKEN_SECONDS takes a number from 0 to 86400"],
  [{ ...own, PORT: "0", OIDC_SCOPES: '"' }, "OIDC_SCOPES"],
])("%j is refused in a sentence", async (env, sentence) => {
  await expect(setUp("shed", env)).rejects.toThrow(sentence);
});
