// Shared secrets: accepted only where they are secrets, and compared in constant time.
import { createHash, timingSafeEqual } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { type Algorithm, createVerifier, type VerifierOptions } from "../../src/index.ts";
import { assertRefusal } from "../support/assert-refusal.ts";
import { certificateFor } from "../support/certificate.ts";
import { createKit } from "../support/kit.ts";
import { base64url, hmac } from "../support/signing.ts";

vi.mock("node:crypto", async (original) => {
  const real = await original<typeof import("node:crypto")>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});

const kit = createKit();
const random = Buffer.from("9f1c0e6b2a7d4485b3e1760c5d8fa294e07b6c13d2f5489a1e3c7b60d94f82a5b1c8", "hex");
const options = (
  secret: string | Uint8Array,
  algorithms: readonly Algorithm[] = ["HS256"],
): VerifierOptions => ({
  issuer: kit.issuer,
  audience: kit.audience,
  secret,
  algorithms,
});
const signed = (alg: string, secret: string | Uint8Array, header: Record<string, unknown> = {}) =>
  kit.token({ header: { alg, ...header }, sign: (input) => hmac(alg, secret, input) });
const verifierWith = (secret: string | Uint8Array, algorithms?: readonly Algorithm[]) =>
  createVerifier(options(secret, algorithms), { now: () => kit.nowSeconds * 1000 });

describe("a good secret", () => {
  const secret = Buffer.concat([random, random.map((byte) => byte ^ 0x5a)]).subarray(0, 64);
  test.each(["HS256", "HS384", "HS512"] as const)("A13 %s", async (alg) => {
    const verifier = verifierWith(secret, [alg]);
    expect((await verifier.verify(signed(alg, secret))).subject).toBe("248289761001");
    expect(verifier.verifySync(signed(alg, secret, { kid: "whatever" })).subject).toBe("248289761001");
    expect(verifier.verifySync(signed(alg, secret, { kid: undefined })).subject).toBe("248289761001");
    expect(verifier.signingKeys()).toEqual([{ issuer: kit.issuer, kid: undefined, algorithm: alg }]);
    expect(verifier.health()).toMatchObject({ ok: true, issuers: [{ state: "static", keys: 1 }] });
  });

  const refused: [string, string, () => string][] = [
    ["A17", "the empty secret", () => signed("HS256", "")],
    [
      "A13",
      "another secret",
      () =>
        signed(
          "HS256",
          random.map((byte) => byte ^ 1),
        ),
    ],
    ["A13", "a secret with one byte more", () => signed("HS256", Buffer.concat([secret, Buffer.from([1])]))],
    [
      "A13",
      "a signature of another hash",
      () =>
        kit.token({
          header: { alg: "HS256" },
          sign: (input) => hmac("HS512", secret, input).subarray(0, 32),
        }),
    ],
    [
      "A13",
      "half a signature",
      () =>
        kit.token({
          header: { alg: "HS256" },
          sign: (input) => hmac("HS256", secret, input).subarray(0, 16),
        }),
    ],
    ["A13", "zeros", () => kit.token({ header: { alg: "HS256" }, sign: () => new Uint8Array(32) })],
  ];
  test.each(refused)("%s %s", (_id, _what, token) => {
    const made = token();
    try {
      verifierWith(secret).verifySync(made);
      expect.unreachable();
    } catch (error) {
      assertRefusal(error, "invalid_signature", made);
    }
  });

  test("A13 an algorithm not named is not allowed", () => {
    expect(() => verifierWith(secret).verifySync(signed("HS512", secret))).toThrow(
      expect.objectContaining({ code: "disallowed_alg" }),
    );
    expect(() => verifierWith(secret).verifySync(kit.token())).toThrow(
      expect.objectContaining({ code: "disallowed_alg" }),
    );
  });

  test("A41 signatures are compared in constant time, whole digest against whole digest", () => {
    const compare = vi.mocked(timingSafeEqual);
    const digest = hmac("HS256", secret, "");
    for (const wrong of [0, 31]) {
      compare.mockClear();
      const token = kit.token({
        header: { alg: "HS256" },
        sign: (input) =>
          hmac("HS256", secret, input).map((byte, index) => (index === wrong ? byte ^ 1 : byte)),
      });
      expect(() => verifierWith(secret).verifySync(token)).toThrow(
        expect.objectContaining({ code: "invalid_signature" }),
      );
      expect(compare).toHaveBeenCalledOnce();
      expect(compare.mock.calls[0]?.map((side) => side.byteLength)).toEqual([digest.length, digest.length]);
    }
  });
});

describe("what is no secret is refused at construction", () => {
  const { rs, es } = kit.keys;
  const pem = String(rs.publicKey.export({ type: "spki", format: "pem" }));
  const wrong: [id: string, what: string, secret: unknown][] = [
    ["A09", "a public key's PEM", pem],
    ["A09", "a public key's PEM as bytes", Buffer.from(pem)],
    ["A09", "a PEM after a comment", `Subject: example\n${pem}`],
    ["A09", "a PKCS#1 PEM", String(rs.publicKey.export({ type: "pkcs1", format: "pem" }))],
    ["A09", "an EC key's PEM", String(es.publicKey.export({ type: "spki", format: "pem" }))],
    ["A09", "a private key's PEM", String(rs.privateKey.export({ type: "pkcs8", format: "pem" }))],
    ["A10", "white space and a PEM", `\n  ${pem}`],
    ["A11", "a public key's DER", rs.publicKey.export({ type: "spki", format: "der" })],
    ["A11", "an EC key's DER", es.publicKey.export({ type: "spki", format: "der" })],
    [
      "A11",
      "a public key's DER in base64",
      rs.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    ],
    ["A12", "a certificate", certificateFor(rs)],
    ["A12", "an SSH key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7v3q9 someone@host"],
    ["A12", "an SSH EC key", "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAy"],
    ["A14", "a JWK's text", JSON.stringify(rs.jwk)],
    ["A14", "a JWK's text, indented, after a byte-order mark", `\ufeff  ${JSON.stringify(rs.jwk, null, 2)}`],
    ["A14", "a key set's text", JSON.stringify(kit.jwks)],
    ["A14", "a list of JWKs", JSON.stringify(kit.jwks.keys)],
    ["A14", "a JWK's text as bytes", Buffer.from(JSON.stringify(rs.jwk))],
    ["A17", "the empty string", ""],
    ["A17", "white space", "    "],
    ["A17", "no bytes", new Uint8Array()],
    ["A17", "null", null],
    ["A17", "a number", 7],
    ["A17", "64 zero bytes", new Uint8Array(64)],
    ["A18", "31 bytes", random.subarray(0, 31)],
    ["A18", "one byte", "x"],
    ["A19", "one letter many times", "a".repeat(64)],
    ["A19", "secret", "secret"],
    ["A19", "secret, many times", "secret".repeat(8)],
    ["A19", "a few letters many times", "abcdefgh1".repeat(8)],
    ["A19", "the sample of a well-known site", "a-string-secret-at-least-256-bits-long"],
    ["A19", "its longer sample", "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long"],
    ["A19", "its old sample, often", "your-256-bit-secret-your-256-bit-secret-your-256-bit-secret"],
    ["A19", "the default of a well-known product", "super-secret-jwt-token-with-at-least-32-characters-long"],
    ["A19", "a change-me", "CHANGE_THIS_TO_SOMETHING_RANDOM_PLEASE"],
    ["A19", "a password", "MyVeryLongPassword1234567890123456"],
    ["A19", "digits in order", "012345678901234567890123456789012345"],
    ["A19", "a keyboard's row", "qwertyuiopasdfghjklzxcvbnm1234567890"],
    ["A19", "a sentence", "correct horse battery staple again and again"],
    ["A19", "a placeholder", "<random_string_at_least_32_characters_long>"],
    ["A19", "one word again and again, with a space", "hunter2 hunter2 hunter2 hunter2 hunter2"],
    ["A19", "one word again and again, counted", "hunter1hunter2hunter3hunter4hunter5"],
    ["A19", "a word and a year, and an end of its own", "summer2024summer2024summer2024!!"],
    ["A19", "a clever word three times", "Tr0ub4dor&3Tr0ub4dor&3Tr0ub4dor&3"],
    ["A19", "words in one", "myfavouritecolourisdarkgreenandblue"],
    ["A19", "words with capitals", "TheRainInSpainStaysMainlyInThePlain"],
    ["A19", "a sentence that shows every letter", "thequickbrownfoxjumpsoverthelazydog"],
    ["A19", "what it is for", "acme-production-session-key-2026-v1"],
    ["A19", "one letter, and a little more", "aaaaaaaaaaaaaaaaaaaaaaaaaabcdefgh"],
    ["A19", "the alphabet and the digits", "abcdefghijklmnopqrstuvwxyz1234567890"],
    ["A19", "hexadecimal in order", "0123456789abcdef0123456789abcdef"],
    ["A19", "words of hexadecimal", "deadbeefdeadbeefdeadbeefdeadbeefcafe"],
    ["A19", "a keyboard's row again and again", "asdfasdfasdfjkl;asdfasdfasdfjkl;x"],
    ["A19", "bytes that repeat", Buffer.alloc(64, Buffer.from("f1e2d3c4b5a6978800", "hex"))],
  ];
  test.each(wrong)("%s %s", (_id, _what, secret) => {
    const refuse = () => verifierWith(secret as string);
    expect(refuse).toThrow(TypeError);
    expect(refuse).toThrow(/`secret`/);
    if (typeof secret === "string" && secret.trim().length > 8) {
      expect(refuse).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret.trim()) }),
      );
    }
  });

  test.each([
    ["HS384", 47],
    ["HS512", 63],
    ["HS256", 31],
  ] as const)("A18 %s with %i bytes", (alg, size) => {
    const bytes = Buffer.concat([random, random.map((byte) => byte ^ 0x33)]);
    expect(() => verifierWith(bytes.subarray(0, size), [alg])).toThrow(/`secret` takes at least/);
    expect(() => verifierWith(bytes.subarray(0, size + 1), [alg])).not.toThrow();
  });

  test.each([
    ["hex", random.toString("hex")],
    ["base64", random.toString("base64")],
    ["base64url", base64url(random)],
    ["a UUID twice", "3f9c1b52-7a0e-4d83-9c46-51be20d7fa68-b1e7d402-6c95-4f3a-8d21-9e0c37a5f814"],
    ["sixteen bytes in hex", random.toString("hex").slice(0, 32)],
    ["48 bytes in base64", createHash("sha384").update("48").digest("base64")],
    ["two UUIDs", "9b2e4f6a-1c8d-4e37-a5f0-7d3b6c9e2f14c07a51be-8d4f-4a92-b6e3-0f5d2c7a9e81"],
    ["base64url without digits", "SBUQEUMqIjZSUGv_EjzUzYeQKiGGH_B-OhhKHgyTNkE"],
    ["base64url with a word at a hyphen", "LzkYjSgoMgJPZdtdl2fP23seb05P-NLjmY-rGXkDLMY"],
    ["base32", "kcflpx7gmuiwt5kencrhyfl2wjwinodeltb3ulbq75zyum7s4fjm"],
    ["small letters", "qzvkxwpjrmbtyhgfnlcduqkzsowvejxa"],
    ["letters and digits", "A7hGxQ2mVt9LkZ4rWc8NpYb3JdSf6TeU"],
    ["bytes", random],
    ["mixed characters", "vK8#pQ2$wN5@xR7!mT4%zL9&jH3*bF6^"],
    [
      "base64 that begins like a DER length",
      `MIo${random
        .toString("base64")
        .replace(/[^A-Za-z0-9]/g, "")
        .slice(0, 40)}`,
    ],
  ])("A19 a random secret in %s is accepted", (_what, secret) => {
    expect(() => verifierWith(secret)).not.toThrow();
  });

  test("A19 of a thousand random ones each is accepted, as bytes, in hex, in base64 and in base64url", () => {
    for (let count = 0; count < 250; count += 1) {
      const bytes = createHash("sha256").update(`secret ${count}`).digest();
      for (const secret of [bytes, bytes.toString("hex"), bytes.toString("base64"), base64url(bytes)]) {
        expect(() => verifierWith(secret), String(secret)).not.toThrow();
      }
    }
  });

  test.each([
    ["beside a key set", { jwks: kit.jwks }],
    ["beside a key set's URL", { jwksUri: "https://issuer.example/keys" }],
    ["beside a discovery URL", { discoveryUrl: "https://issuer.example/meta" }],
    ["with RS256 too", { algorithms: ["HS256", "RS256"] as const }],
    ["with RS256 alone", { algorithms: ["RS256"] as const }],
    ["without naming the algorithm", { algorithms: undefined }],
  ])("A13 a secret %s", (_what, more) => {
    expect(() => createVerifier({ ...options(random), ...more } as VerifierOptions)).toThrow(/`secret`/);
  });
  test("A13 HS256 without a secret", () => {
    expect(() =>
      createVerifier({ issuer: kit.issuer, audience: "x", algorithms: ["RS256", "HS256"] }),
    ).toThrow(/`algorithms` names HS256, which needs `secret`/);
  });
});
