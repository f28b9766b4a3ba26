// Against a real provider over real HTTP: oidc-provider, its introspection endpoint and its signed answers.

import { AuthError, createVerifier, type IntrospectionOptions } from "sallyport";
import { expect, onTestFinished, test } from "vitest";
import { post, signIn, start as startIdp } from "./support.ts";

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "accept",
    (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
  );

async function start(own: Partial<IntrospectionOptions> = {}) {
  const idp = await startIdp();
  let at = Date.now();
  const verifier = createVerifier(
    {
      issuer: idp.issuer,
      audience: idp.audience,
      insecureAllowLoopback: true,
      introspection: { clientId: "machine", clientSecret: "machine-secret", ...own },
    },
    { now: () => at },
  );
  onTestFinished(() => verifier.close());
  const revoke = (token: string, client: string) => post(`${idp.issuer}/revoke`, client, { token });
  return { idp, verifier, revoke, pass: (seconds: number) => (at += seconds * 1000) };
}

test.each([false, true])(
  "opaque tokens of a person and of a machine, answers signed: %s",
  async (signedResponse) => {
    const { idp, verifier, revoke, pass } = await start({ signedResponse });
    await verifier.ready();
    const alice = await idp.token({ person: "alice", format: "opaque" });
    expect(await verifier.verify(alice)).toMatchObject({
      kind: "user",
      issuer: idp.issuer,
      subject: "alice",
      clientId: "web",
      audience: ["my-api"],
      roles: ["Admin"],
      permissions: ["users:read", "users:write", "documents:read", "documents:write"],
    });
    expect(await verifier.verify(await idp.token({ format: "opaque" }))).toMatchObject({
      kind: "service",
      subject: "machine",
      roles: ["Service"],
    });
    await revoke(alice, "web");
    expect(await codeOf(verifier.verify(alice))).toBe("accept");
    // Signed answers are dated, so the clock may not run ahead of the provider's by more than the tolerance.
    if (signedResponse) return;
    pass(60);
    expect(await codeOf(verifier.verify(alice))).toBe("token_inactive");
  },
);

test('a JWT beside it is verified by its signature, and by the provider\'s word with `tokens: "all"`', async () => {
  const { idp, verifier, revoke } = await start();
  const jwt = await idp.token({ person: "alice" });
  await revoke(jwt, "web");
  expect(await codeOf(verifier.verify(jwt))).toBe("accept");
  expect(idp.requests.introspection).toBe(0);
  const strict = createVerifier({
    issuer: idp.issuer,
    audience: idp.audience,
    insecureAllowLoopback: true,
    introspection: { clientId: "machine", clientSecret: "machine-secret", tokens: "all" },
  });
  expect(await codeOf(strict.verify(jwt))).toBe("token_inactive");
  expect(await codeOf(strict.verify(await idp.token({ person: "bob" })))).toBe("accept");
});

test("a token for another API, an unknown one, and one's own credentials being wrong", async () => {
  const { idp, verifier } = await start();
  expect(await codeOf(verifier.verify("nobodys-token"))).toBe("token_inactive");
  const wrong = await start({ clientSecret: "not-it" });
  expect(await codeOf(wrong.verifier.verify(await idp.token({ format: "opaque" })))).toBe(
    "introspection_failed",
  );
  await expect(wrong.verifier.ready()).rejects.toMatchObject({ code: "introspection_failed" });
});

test("when the provider fails, a known token is still good, and a new one is not known", async () => {
  const { idp, verifier, pass } = await start();
  const token = await idp.token({ person: "alice", format: "opaque" });
  await verifier.verify(token);
  const another = await idp.token({ person: "bob", format: "opaque" });
  idp.fail("500");
  pass(60);
  expect(await codeOf(verifier.verify(token))).toBe("accept");
  expect(await codeOf(verifier.verify(another))).toBe("introspection_failed");
  idp.fail(null);
  pass(1);
  expect(await codeOf(verifier.verify(another))).toBe("accept");
});

test("a refresh token, which the provider calls active, is no access token", async () => {
  const { idp, verifier } = await start();
  const { body } = await signIn(idp, { scope: "openid documents:read" });
  const token = String(body.refresh_token);
  const said = await post(`${idp.issuer}/introspect`, "machine", { token });
  expect(said.body).toMatchObject({ active: true });
  expect(await codeOf(verifier.verify(token))).toBe("wrong_token_type");
});
