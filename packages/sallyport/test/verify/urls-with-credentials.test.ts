// A user or a password in a URL: each alone is refused, in the configuration and in what a provider publishes.
import { describe, expect, test } from "vitest";
import { AuthError, createVerifier } from "../../src/index.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const parts = ["user", ":password", "user:password"];

describe.each(["issuer", "discoveryUrl", "jwksUri"])("%s", (option) => {
  test.each(parts)("%s@", (part) => {
    const options = { issuer: kit.issuer, audience: kit.audience, [option]: `https://${part}@a.example/x` };
    expect(() => createVerifier(options)).toThrow(`\`${option}\` takes a URL without a user or password`);
  });
});

test.each(parts)("%s@ in the metadata's jwks_uri is never asked", async (part) => {
  const asked: string[] = [];
  const verifier = createVerifier(
    { issuer: kit.issuer, audience: kit.audience },
    {
      fetch: async (url) => {
        asked.push(String(url));
        return Response.json({ issuer: kit.issuer, jwks_uri: `https://${part}@keys.example/` });
      },
    },
  );
  const error = await verifier.ready().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuthError);
  expect(error).toMatchObject({ code: "discovery_failed" });
  expect(String(error)).toMatch(/jwks_uri has a user or a password/);
  expect(asked).toEqual([`${kit.issuer}/.well-known/openid-configuration`]);
});
