import { createVerifier, type VerifierDeps } from "sallyport";

/** People come with JWTs of one provider, partners with opaque tokens of two others. */
export const verifierOfAll = (deps?: VerifierDeps) =>
  createVerifier(
    {
      audience: "my-api",
      issuers: [
        { issuer: "https://sso.example.org" },
        {
          issuer: "https://north.example",
          introspection: { prefix: "north_", clientId: "my-api", clientSecret: "north's secret for us" },
        },
        {
          issuer: "https://south.example",
          introspection: { prefix: "south_", clientId: "api-7", clientSecret: "south's secret for us" },
        },
      ],
    },
    deps,
  );
