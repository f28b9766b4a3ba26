import { AuthError, createVerifier, decide, type VerifierDeps, type VerifierOptions } from "sallyport";

/** Where no framework is: a message queue, a socket, a command. */
export async function subjectOf(token: string, options: VerifierOptions, deps?: VerifierDeps) {
  const verifier = createVerifier(options, deps); // keep it: it holds the keys and the cache
  try {
    const identity = await verifier.verify(token);
    const decision = await decide(identity, { scopes: ["orders:read"] });
    return decision.allowed ? identity.subject : decision.reason;
  } catch (error) {
    if (error instanceof AuthError) return error.code; // "token_expired", "invalid_audience", …: stable
    throw error;
  } finally {
    verifier.close();
  }
}
