import { createVerifier, type VerifierDeps } from "sallyport";

/** Every token, JWT or not, is good only as long as the provider says so: five seconds after it stops, ours do. */
export const verifierOfRevocable = (deps?: VerifierDeps) =>
  createVerifier(
    {
      issuer: "https://idp.example.org",
      audience: "my-api",
      introspection: {
        tokens: "all",
        cacheSeconds: 5,
        staleSeconds: 0,
        clientId: "my-api",
        clientSecret: "the provider's secret for us",
      },
    },
    deps,
  );
