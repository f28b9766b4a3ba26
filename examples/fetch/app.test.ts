import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { buildHandler } from "./app.ts";

const idp = fakeIssuer({ preset: "entra", audience: "api://notes" });
const handler = buildHandler(idp.config, idp.deps);
const ask = async (headers: Record<string, string>) =>
  handler(new Request("https://api.example.com/notes", { headers }));

test("an Entra ID token with the scope opens the notes", async () => {
  expect((await ask(await idp.bearer({ scopes: ["notes:read"] }))).status).toBe(200);
  expect((await ask(await idp.bearer({ scopes: [] }))).status).toBe(403);
});

test("an hour later the token has expired", async () => {
  const headers = await idp.bearer({ scopes: ["notes:read"] });
  idp.clock.advance({ hours: 2 });
  const refused = await ask(headers);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toEqual({
    error: "invalid_token",
    error_description: "The access token has expired",
  });
});
