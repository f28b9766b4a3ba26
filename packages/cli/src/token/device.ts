// The device flow (RFC 8628): a person confirms a code in any browser, and we ask now and then whether they have.
import {
  initiateDeviceAuthorization,
  pollDeviceAuthorizationGrant,
  type TokenEndpointResponse,
} from "openid-client";
import { type Io, RefusedError } from "../io.ts";
import { harmless, styleFor } from "../style.ts";
import { failureOf } from "./failure.ts";
import { connect, type TokenQuestion } from "./provider.ts";

/** Shows the code and waits. Pauses, `slow_down` and the code's end are kept by openid-client (RFC 8628 §3.5). */
export async function device(question: TokenQuestion, io: Io): Promise<TokenEndpointResponse> {
  const endpoints = ["device_authorization_endpoint", "token_endpoint"] as const;
  const { config, parameters } = await connect(question, endpoints, io);
  const style = styleFor(io.stderr, io.env);
  try {
    const started = await initiateDeviceAuthorization(config, parameters);
    const { verification_uri: address, verification_uri_complete: whole, user_code: code } = started;
    if (!/^https?:\/\//.test(address))
      throw new RefusedError("The provider's verification_uri is not a web address");
    io.stderr.write(`Open ${harmless(address)} and enter the code ${style.bold(harmless(code))}\n`);
    if (whole !== undefined && /^https?:\/\//.test(whole))
      io.stderr.write(`or open ${harmless(whole, 2000)}\n`);
    const target = new URLSearchParams(parameters);
    target.delete("scope");
    return await pollDeviceAuthorizationGrant(config, started, target);
  } catch (error) {
    throw failureOf(error, "The provider gave no token");
  }
}
