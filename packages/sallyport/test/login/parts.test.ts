// The small parts of signing in, each for itself: whose failure it is, and what is made of an answer that is odd.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/errors.ts";
import type { Identity } from "../../src/identity.ts";
import type { LoginClient } from "../../src/login/contract.ts";
import { failureOf, ProviderFailure } from "../../src/login/failure.ts";
import { openJwt } from "../../src/login/id-token.ts";
import { createRenewal } from "../../src/login/renewal.ts";
import { identityClaims, sidOf } from "../../src/login/session-content.ts";
import { prepareAnswer } from "../../src/login/token-answer.ts";
import { createTrail } from "../../src/login/trail.ts";
import type { Provider, Verified } from "../../src/verify/index.ts";

const mistake = new TypeError("a mistake of ours");
const ours = new AuthError("provider_unavailable", "The provider cannot be asked: it is tired");
const wrapped = (cause: unknown) => new Error("outer", { cause: new Error("inner", { cause }) });

describe("whose failure it is", () => {
  test("what our own `fetch` has thrown is found in what a library wraps around it", () => {
    const failure = new ProviderFailure(ours, "slow_down");
    expect(failureOf(wrapped(ours), "The code").error).toBe(ours);
    expect(failureOf(ours, "The code").error).toBe(ours);
    expect(failureOf(wrapped(failure), "The code")).toBe(failure);
    for (const other of [mistake, wrapped(undefined), wrapped("text"), "text"]) {
      expect(failureOf(other, "The code").error.message).toBe("The code got no answer that can be used");
    }
  });

  test("a mistake of ours is no verdict on a token", async () => {
    const provider = { open: () => Promise.reject(mistake) } as unknown as Provider;
    const refuse = () => new AuthError("invalid_id_token", "It is not good");
    await expect(openJwt("a.b.c", provider, refuse)).rejects.toBe(mistake);
  });

  test("nor the end of a session", async () => {
    const renewal = createRenewal({
      clientOf: () => {
        throw mistake;
      },
      verify: undefined,
      now: Date.now,
      tell() {},
    });
    await expect(renewal.renew({ tokens: {} } as never)).rejects.toMatchObject({ code: "refresh_failed" });
  });
});

describe("an identity by the access token", () => {
  const provider = { isSameIssuer: (one: unknown, other: unknown) => one === other };
  const client = { provider, login: { identity: "access_token" } } as unknown as LoginClient;
  const payload = { iss: "https://idp.example", sub: "person-1" };
  const token = { accessToken: "token", dpopKey: undefined };
  const of = (identity: Partial<Identity>) => async () => ({ identity }) as Verified<unknown>;
  const failing = (error: unknown) => () => Promise.reject(error);

  test("is of the same person at the same issuer, or none", async () => {
    const claims = { iss: "https://idp.example", roles: ["Admin"] };
    const same = of({ subject: "person-1", claims });
    expect(await identityClaims(client, token, payload, same)).toEqual(claims);
    for (const other of [
      { subject: "person-1", claims: { ...claims, iss: "https://other.example" } },
      { subject: "person-2", claims },
    ]) {
      await expect(identityClaims(client, token, payload, of(other))).rejects.toMatchObject({
        code: "invalid_id_token",
      });
    }
  });

  test("fails in the words of a sign-in", async () => {
    const rows = [
      [new AuthError("token_expired", "The access token has expired"), { code: "invalid_id_token" }],
      [new AuthError("discovery_failed", "The keys cannot be had"), { code: "provider_unavailable" }],
    ] as const;
    for (const [error, expected] of rows) {
      await expect(identityClaims(client, token, payload, failing(error))).rejects.toMatchObject(expected);
    }
    await expect(identityClaims(client, token, payload, failing(mistake))).rejects.toBe(mistake);
  });
});

test.each([
  ["a name", "a".repeat(255), "a".repeat(255)],
  ["none", undefined, undefined],
  ["an empty one", "", undefined],
  ["a long one", "a".repeat(256), undefined],
  ["a number", 7, undefined],
])("a session at the provider has a name that can be kept, or none: %s", (_what, sid, kept) => {
  expect(sidOf(sid === undefined ? {} : { sid })).toBe(kept);
});

test.each(["[1]", "7", "null", '"text"', "{", ""])("a token answer of %s stays as it is", async (text) => {
  const { response, idToken } = await prepareAnswer(new Response(text));
  expect([await response.text(), idToken]).toEqual([text, undefined]);
});

test("a log that has the events from a sink of its own is not told of them again", () => {
  const log: unknown[] = [];
  const write = (details: object) => log.push(details);
  const logger = { info: write, warn: write, error: write };
  const error = new AuthError("login_refused", "No");
  for (const logged of [true, false]) {
    createTrail({ now: Date.now, providers: [], logger, logged }).session({ name: "login", error });
    expect(log.length).toBe(logged ? 0 : 1);
  }
});
