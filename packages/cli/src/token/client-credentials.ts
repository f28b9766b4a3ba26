// The client credentials grant (RFC 6749 §4.4): a service asks for itself.
import { clientCredentialsGrant, type TokenEndpointResponse } from "openid-client";
import type { Io } from "../io.ts";
import { failureOf } from "./failure.ts";
import { connect, type TokenQuestion } from "./provider.ts";

/** Asks for a token of the client's own. */
export async function clientCredentials(question: TokenQuestion, io: Io): Promise<TokenEndpointResponse> {
  const { config, parameters } = await connect(question, ["token_endpoint"], io);
  try {
    return await clientCredentialsGrant(config, parameters);
  } catch (error) {
    throw failureOf(error, "The provider gave no token");
  }
}
