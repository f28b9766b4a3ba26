import { createVerifier, type VerifierDeps } from "sallyport";

/** No secret is shared with the provider, and nobody between here and there can make an answer up. */
export const verifierWithKey = (privateKey: Record<string, unknown>, deps?: VerifierDeps) =>
  createVerifier(
    {
      issuer: "https://idp.example.org",
      audience: "my-api",
      introspection: { clientId: "my-api", privateKey, signedResponse: true },
    },
    deps,
  );
