import { AuthError, createVerifier, decide, type VerifierDeps, type VerifierOptions } from "sallyport";

/** Where no framework is: a message queue, a socket, a command. Called once: the verifier holds the keys and the cache. */
export function consumer(options: VerifierOptions, deps?: VerifierDeps) {
  const verifier = createVerifier(options, deps);
  return {
    async subjectOf(token: string) {
      try {
        const identity = await verifier.verify(token);
        const decision = await decide(identity, { scopes: ["orders:read"] });
        return decision.allowed ? { subject: identity.subject } : { refused: decision.reason };
      } catch (error) {
        if (error instanceof AuthError) return { refused: error.code }; // "token_expired", "invalid_audience", …: stable
        throw error;
      }
    },
    close: () => verifier.close(),
  };
}
