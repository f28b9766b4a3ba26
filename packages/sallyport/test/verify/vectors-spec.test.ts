// The specifications' own examples: their signatures hold, and none of them is an access token we would accept.
import { expect, test } from "vitest";
import { platform } from "#platform";
import { AuthError, createVerifier, type VerifierOptions } from "../../src/index.ts";
import { algorithms } from "../../src/verify/keys/algorithms.ts";
import { importJudged, judgeJwk } from "../../src/verify/keys/jwk.ts";
import { verifiesWithSet } from "../support/jws.ts";
import type { TestJwk } from "../support/signing.ts";
import { describeVectors, vectorJson } from "../support/vectors.ts";

interface Examples {
  readonly oidc_core_appendix_A: readonly {
    jwk: TestJwk;
    id_token: string;
    claims: { iss: string; aud: string; iat: number };
  }[];
  readonly rfc9449: readonly {
    proof?: string;
    header?: { jwk: TestJwk };
    access_token?: string;
    access_token_jwt?: string;
    claims: { iss?: string; iat?: number };
  }[];
}
const examples = () => vectorJson<Examples>("spec-examples.json");

function codeOf(options: VerifierOptions, token: string, seconds: number): string {
  try {
    createVerifier(options, { now: () => seconds * 1000 }).verifySync(token);
    return "accept";
  } catch (error) {
    return error instanceof AuthError ? error.code : String(error);
  }
}

describeVectors("specification examples", 8, (ran) => {
  for (const [index, { jwk, id_token: idToken, claims }] of examples().oidc_core_appendix_A.entries()) {
    test(`OpenID Connect Core, ID token ${index}`, async () => {
      ran();
      expect(await verifiesWithSet(idToken, [jwk])).toBe(true);
      const [header, payload, signature] = idToken.split(".");
      expect(await verifiesWithSet(`${header}.${payload}A.${signature}`, [jwk])).toBe(false);
      const options = { issuer: claims.iss, audience: claims.aud, jwks: { keys: [jwk] } };
      expect(codeOf(options, idToken, claims.iat + 1)).toBe("wrong_token_type");
      for (const preset of ["okta", "auth0", "keycloak", "cognito", "authentik"] as const) {
        expect(codeOf({ ...options, preset }, idToken, claims.iat + 1), preset).not.toBe("accept");
      }
    });
  }
  for (const [
    index,
    { proof, header, access_token: opaque, access_token_jwt: bound, claims },
  ] of examples().rfc9449.entries()) {
    test(`RFC 9449, example ${index}`, async () => {
      ran();
      const jwk = header?.jwk ?? {
        kty: "EC",
        crv: "P-256",
        x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
      };
      const options = {
        issuer: claims.iss ?? "https://server.example.com",
        audience: "x",
        jwks: { keys: [jwk] },
      };
      if (proof) {
        const verdict = judgeJwk(jwk, ["ES256"]);
        if (typeof verdict === "string") throw new Error(verdict);
        const key = await importJudged(verdict);
        const input = proof.slice(0, proof.lastIndexOf("."));
        const signature = platform.decodeBase64url(proof.slice(input.length + 1)) ?? new Uint8Array();
        expect(await platform.verify(algorithms.ES256, key.key, input, signature)).toBe(true);
        expect(await platform.verify(algorithms.ES256, key.key, `${input}A`, signature)).toBe(false);
        expect(codeOf(options, proof, (claims.iat ?? 0) + 1)).toBe("forbidden_header");
      }
      if (opaque) expect(codeOf(options, opaque, 1_562_262_618)).toBe("malformed_token");
      if (bound) expect(codeOf(options, bound, 1_562_262_618)).toBe("wrong_token_type");
    });
  }
});
