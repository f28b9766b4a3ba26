// A provider on loopback that says what it is told to: all is well, but for what a test breaks.
import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Json = Record<string, unknown>;

/** Headers, status and body of one document. */
export interface Scripted {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

/** In what way a provider is broken; the rest is well. */
export interface Script {
  /** Below the origin. */
  readonly path?: string;
  readonly metadata?: (good: Json, origin: string) => Json;
  readonly keys?: (good: Json[]) => unknown;
  readonly metadataAnswer?: Scripted;
  readonly keysAnswer?: Scripted;
}

/** An RSA key in the form in which it is published. */
export function rsaJwk(kid: string, bits = 2048): Json {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  return { ...(publicKey.export({ format: "jwk" }) as JsonWebKey), kid, alg: "RS256", use: "sig" };
}

/** An EC key, with or without its private half. */
export function ecJwk(kid: string, { withPrivate = false, curve = "P-256", alg = "ES256" } = {}): Json {
  const pair = generateKeyPairSync("ec", { namedCurve: curve });
  const jwk = (withPrivate ? pair.privateKey : pair.publicKey).export({ format: "jwk" });
  return { ...(jwk as JsonWebKey), kid, alg, use: "sig" };
}

const goodKeys = [rsaJwk("rsa-1"), ecJwk("ec-1")];

/** Metadata of a provider with which nothing is wrong. */
function goodMetadata(origin: string, issuer: string): Json {
  return {
    issuer,
    jwks_uri: `${origin}/keys`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    introspection_endpoint: `${origin}/introspect`,
    response_types_supported: ["code"],
    grant_types_supported: ["authorization_code", "client_credentials"],
    id_token_signing_alg_values_supported: ["RS256", "ES256"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    dpop_signing_alg_values_supported: ["ES256"],
  };
}

/** Starts it; it is stopped when the test is over. @returns its issuer */
export async function startProvider(script: Script = {}): Promise<{ issuer: string; server: Server }> {
  const server = createServer((request, response) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const issuer = `${origin}${script.path ?? ""}`;
    const good = goodMetadata(origin, issuer);
    if (request.url === `${script.path ?? ""}/.well-known/openid-configuration`.replace("//", "/")) {
      return send(response, script.metadata?.(good, origin) ?? good, script.metadataAnswer);
    }
    if (request.url === "/keys" || request.url === "/realms/demo/protocol/openid-connect/certs") {
      const keys = script.keys ? script.keys(structuredClone(goodKeys)) : goodKeys;
      return send(response, Array.isArray(keys) ? { keys } : keys, {
        ...script.keysAnswer,
        headers: { "cache-control": "max-age=3600", ...script.keysAnswer?.headers },
      });
    }
    return send(response, { error: "not_found" }, { status: 404 });
  });
  const origin = await listen(server);
  return { issuer: `${origin}${script.path ?? ""}`, server };
}

/** Listens on a free port until the test is over. @returns its origin */
export async function listen(server: Server, protocol = "http"): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a server of one function. @returns its origin */
export const serve = (listener: (request: IncomingMessage, response: ServerResponse) => void) =>
  listen(createServer(listener));

function send(response: ServerResponse, json: unknown, { status = 200, headers, body }: Scripted = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body ?? JSON.stringify(json));
}
