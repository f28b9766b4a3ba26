import { createVerifier } from "sallyport";
import { fakeIssuer } from "sallyport/testing";

export async function revokedTokensEnd() {
  const idp = fakeIssuer({ audience: "my-api" });
  const verifier = createVerifier({ ...idp.config, introspection: idp.introspection }, idp.deps);
  const token = idp.opaqueToken({ subject: "s1", scopes: ["orders:read"] });
  const before = await verifier.verify(token); // subject s1, scopes orders:read
  idp.revoke(token);
  idp.clock.advance({ seconds: 60 }); // `cacheSeconds`
  const after = await verifier.verify(token).catch((error) => error.code); // "token_inactive"
  return { before, after };
}
