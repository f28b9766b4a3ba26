// The server's nonces: stateless, the same wherever the secret is, and nobody else's.
import { describe, expect, test, vi } from "vitest";
import { AuthError, createVerifier, type DpopOptions } from "../../src/index.ts";
import { publicUrl, requestOf } from "../cases/dpop.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const secret = "b0d8c1f7e2a94d6385c7f01e9a3b6d24";

function start(dpop: DpopOptions = {}, url = publicUrl, clock = { now: kit.nowSeconds * 1000 }) {
  const verifier = createVerifier(
    {
      issuer: kit.issuer,
      audience: kit.audience,
      jwks: kit.jwks,
      publicUrl: url,
      dpop: { nonce: true, ...dpop },
    },
    { now: () => clock.now },
  );
  /** The nonce with which a proof is refused; nothing where it is let in. */
  return async (nonce?: string): Promise<string | undefined> => {
    const seconds = Math.floor(clock.now / 1000);
    const proof = { claims: { iat: seconds, htu: `${url}/orders`, ...(nonce !== undefined && { nonce }) } };
    const token = { claims: { iat: seconds, exp: seconds + 60 } };
    const { token: bound, presented } = requestOf(
      { id: "D11", name: "", proof, token, expect: "accept" },
      kit,
    );
    try {
      await verifier.verify(bound, presented);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(AuthError);
      expect((error as AuthError).code).toBe("use_dpop_nonce");
      return (error as AuthError).dpopNonce;
    }
  };
}

describe("a nonce", () => {
  test("is given by a refusal, and lets the next proof in", async () => {
    const ask = start();
    const nonce = await ask();
    expect(nonce).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await ask(nonce)).toBeUndefined();
    expect(await ask(`${nonce}x`)).toBe(nonce);
    expect(await ask("")).toBe(nonce);
  });

  test("is replaced after half its life and refused after the whole", async () => {
    const clock = { now: 0 };
    clock.now = Math.ceil((kit.nowSeconds * 1000) / 50_000) * 50_000;
    const ask = start({ nonceLifetimeSeconds: 100 }, publicUrl, clock);
    const first = await ask();
    clock.now += 50_000;
    expect(await ask(first)).toBeUndefined();
    expect(await ask()).not.toBe(first);
    clock.now += 49_999;
    expect(await ask(first)).toBeUndefined();
    clock.now += 1;
    expect(await ask(first)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test("of a process whose clock is ahead is taken", async () => {
    const ahead = { now: kit.nowSeconds * 1000 + 150_000 };
    const nonce = await start({ nonceSecret: secret }, publicUrl, ahead)();
    expect(await start({ nonceSecret: secret })(nonce)).toBeUndefined();
  });

  test("is the same in every process that has the secret, and in no other", async () => {
    const nonce = await start({ nonceSecret: secret })();
    expect(await start({ nonceSecret: new TextEncoder().encode(secret) })()).toBe(nonce);
    expect(await start({ nonceSecret: `${secret}2` })(nonce)).not.toBe(nonce);
    expect(await start()(nonce)).not.toBe(nonce);
  });

  test("D11 of another API with the same secret is refused", async () => {
    const nonce = await start({ nonceSecret: secret })();
    expect(await start({ nonceSecret: secret }, "https://billing.example")(nonce)).toMatch(/^.{43}$/);
  });

  test("needs no random numbers before a request", async () => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const ask = start();
    expect(random).not.toHaveBeenCalled();
    await ask();
    expect(random).toHaveBeenCalled();
    random.mockRestore();
  });
});
