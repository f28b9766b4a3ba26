// Access tokens that say nothing: only the provider, asked about them, does. And its answers, signed (RFC 9701).

import { readFileSync } from "node:fs";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { expect, it } from "vitest";
import { post, signIn, start } from "./support.ts";

it("makes opaque tokens where it is told to, of which introspection says what a JWT would", async () => {
  const idp = await start();
  for (const [request, said] of [
    [{ person: "alice" }, { sub: "alice", client_id: "web", roles: ["Admin"] }],
    [{}, { client_id: "machine", roles: ["Service"] }],
  ] as const) {
    const token = await idp.token({ ...request, format: "opaque" });
    expect(token).toMatch(/^[\w-]{43}$/);
    const { body } = await post(`${idp.issuer}/introspect`, "machine", { token });
    expect(body).toMatchObject({
      active: true,
      iss: idp.issuer,
      aud: "my-api",
      token_type: "Bearer",
      ...said,
    });
  }
});

it("makes them for everyone with the option, over HTTP as well; a JWT can still be had", async () => {
  const idp = await start({ accessTokenFormat: "opaque" });
  const { body } = await signIn(idp, { scope: "openid documents:read" });
  const token = String(body.access_token);
  expect(token).not.toContain(".");
  const ask = () => post(`${idp.issuer}/introspect`, "machine", { token });
  expect((await ask()).body).toMatchObject({ active: true, sub: "alice", aud: "my-api" });
  await post(`${idp.issuer}/revoke`, "web", { token });
  expect((await ask()).body).toEqual({ active: false });
  expect((await idp.token({ format: "jwt" })).split(".")).toHaveLength(3);
});

it("signs its answers where the question asks for it", async () => {
  const idp = await start();
  const token = await idp.token({ person: "alice", format: "opaque" });
  const accept = "application/token-introspection+jwt";
  const response = await fetch(`${idp.issuer}/introspect`, {
    method: "POST",
    headers: { accept, authorization: `Basic ${btoa("machine:machine-secret")}` },
    body: new URLSearchParams({ token }),
  });
  expect(response.headers.get("content-type")).toMatch(accept);
  const keys = (await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet;
  const { payload } = await jwtVerify(await response.text(), createLocalJWKSet(keys), {
    issuer: idp.issuer,
    audience: "machine",
    typ: "token-introspection+jwt",
  });
  expect(payload.token_introspection).toMatchObject({ active: true, sub: "alice" });
});

it("refuses a format that there is none of", async () => {
  await expect(start({ accessTokenFormat: "paseto" as never })).rejects.toThrow(
    "accessTokenFormat takes jwt or opaque",
  );
  const idp = await start();
  await expect(idp.token({ format: "paseto" as never })).rejects.toThrow(
    "token({ format }) takes jwt or opaque",
  );
  const answer = await fetch(`${idp.issuer}/control/token`, {
    method: "POST",
    body: new URLSearchParams({ format: "opaque" }),
  });
  expect(await answer.text()).toMatch(/^[\w-]{43}$/);
});

it("gives one to the curl line of the documentation, and answers the clients that it names", async () => {
  const page = readFileSync(new URL("../../../docs/opaque-tokens.md", import.meta.url), "utf8");
  const idp = await start();
  const [, form = "", path = ""] =
    /^curl -s((?: -d \S+)+) http:\/\/127\.0\.0\.1:4400(\/\S+)$/m.exec(page) ?? [];
  const body = new URLSearchParams(form.trim().replaceAll(" -d ", "&").replace("-d ", ""));
  const token = await (await fetch(idp.issuer + path, { method: "POST", body })).text();
  const [, sentence = ""] = /^Its clients (.*) may ask about them/m.exec(page) ?? [];
  const clients = [...sentence.matchAll(/`([^`]+)` \/ `([^`]+)`/g)];
  expect(clients.length).toBe(2);
  for (const [, id, secret] of clients) {
    const headers = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
    const question = { method: "POST", headers, body: new URLSearchParams({ token }) };
    const answer = await fetch(`${idp.issuer}/introspect`, question);
    expect(await answer.json(), id).toMatchObject({ active: true, sub: "alice" });
  }
});
