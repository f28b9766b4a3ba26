// Native clients of an application with several providers: people choose, and the choice keeps what was asked for.
import { expect, test } from "vitest";
import { createLogin, type Login } from "../../src/login/index.ts";
import { createVerifier } from "../../src/verify/index.ts";
import { publicUrl, startLoginApp } from "../support/login-app.ts";
import { callback, query } from "../support/native-client.ts";
import { plainSealer, plainSessions } from "../support/plain-sessions.ts";

/** Two applications' providers in one; without `native`, native clients are not served. */
async function startWithTwo(native: boolean) {
  const [one, two] = await Promise.all([startLoginApp(), startLoginApp()]);
  const now = Date.now;
  const issuers = [one, two].map(({ provider: { issuer } }) => ({ issuer }));
  const verifier = createVerifier({ issuers, insecureAllowLoopback: true }, { now }, undefined, {
    clients: [true, true],
  });
  const clients = verifier
    .providers()
    .flatMap((provider) => (provider ? [{ provider, clientId: "web" }] : []));
  const login = createLogin(
    { clients, publicUrl, ...(native && { nativeClients: {} }) },
    { sessions: plainSessions(now), sealer: plainSealer(now), now },
  );
  return { login, issuers: issuers.map(({ issuer }) => issuer) };
}

async function ask(login: Login, target: string, form?: Record<string, string>) {
  const endpoint = login.endpoints.find(({ path }) => target.split("?")[0] === path);
  const answer = await endpoint?.handle({
    method: form ? "POST" : "GET",
    target,
    header: () => undefined,
    cookie: undefined,
    form: async () => form && new URLSearchParams(form),
    requestId: undefined,
  });
  if (!answer) throw new TypeError(`${target}: no endpoint`);
  return answer;
}

const linksOf = (html: string | undefined) =>
  [...(html ?? "").matchAll(/href="([^"]*)"/g)].map(([, link = ""]) => link.replaceAll("&#38;", "&"));

test("a choice hands on where the sign-in comes back to, and what it asks for", async () => {
  const { login, issuers } = await startWithTwo(true);
  const asked = query({ state: "mine", scope: "email" });
  const links = linksOf((await ask(login, `/auth/v2/login${asked}`)).text);
  expect(links).toHaveLength(2);
  for (const [index, link] of links.entries()) {
    const chosen = new URLSearchParams(link);
    expect(chosen.get("issuer")).toBe(issuers[index]);
    for (const [name, value] of new URLSearchParams(asked)) expect(chosen.get(name)).toBe(value);
    const { status, headers } = await ask(login, `/auth/v2/login${link}`);
    expect(status).toBe(303);
    const url = new URL(headers.location as string);
    expect(url.origin).toBe(issuers[index]);
    expect(url.searchParams.get("scope")).toBe("openid email");
  }
});

test("a choice after an address that is not allowed leads nowhere", async () => {
  const { login } = await startWithTwo(true);
  const evil = `/auth/v2/login${query({ redirect_uri: "http://evil.example/" })}`;
  const [link = ""] = linksOf((await ask(login, evil)).text);
  const { status, headers } = await ask(login, `/auth/v2/login${link}`);
  expect(status).toBe(400);
  expect(headers).not.toHaveProperty("location");
});

test("without nativeClients, a choice hands on nothing of native clients", async () => {
  const { login } = await startWithTwo(false);
  const { text } = await ask(login, `/auth/v2/login${query()}`);
  expect(linksOf(text)).toHaveLength(2);
  expect(text).not.toContain(encodeURIComponent(callback));
});

test("a device signs in at the first provider, or at the one that it names", async () => {
  const { login, issuers } = await startWithTwo(true);
  const uri = async (form?: Record<string, string>) => {
    const { status, text } = await ask(login, "/auth/v2/device", form ?? {});
    expect(status).toBe(200);
    return new URL(JSON.parse(text as string).verification_uri).origin;
  };
  expect(await uri()).toBe(issuers[0]);
  expect(await uri({ issuer: issuers[1] as string })).toBe(issuers[1]);
});
