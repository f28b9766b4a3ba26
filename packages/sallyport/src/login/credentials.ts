// Who we are to a provider: the way of proving it, and two secrets at once while one takes the other's place.

import type { JsonObject } from "../identity.ts";
import { importPrivateKey, judgePrivateKey, stringList } from "../verify/index.ts";
import type { AgedSecret, ClientOptions } from "./client-options.ts";
import type { Openid } from "./openid.ts";
import type { ClientAuthMethod } from "./options.ts";

/** Client authentication as openid-client takes it. */
export type ClientAuthentication = ReturnType<Openid["None"]>;

/** The client's credentials at one provider. */
export interface Credentials {
  /** The ways to be tried, in this order: the second only where the provider refuses the first. */
  ways(openid: Openid, metadata: JsonObject): Promise<readonly ClientAuthentication[]>;
  /** This one of the ways was taken: it is tried first from now on. */
  worked(way: ClientAuthentication): void;
  /** Whether a client certificate proves who we are: then the provider's endpoints for those are asked. */
  readonly mtls: boolean;
  /** Days since the secret in use came into use; `undefined` where nobody said when that was. */
  ageDays(now: number): number | undefined;
}

const dayMs = 86_400_000;

/** @throws TypeError where what is given does not make credentials */
export function createCredentials({ clientSecret, login = {} }: ClientOptions, where: string): Credentials {
  const { authMethod, privateKey } = login;
  const secrets = secretsOf(clientSecret);
  const method = authMethod ?? (privateKey ? "private_key_jwt" : undefined);
  checkTogether({ method, secrets: secrets.length, privateKey: privateKey !== undefined, where });
  const judged = privateKey && judgePrivateKey(privateKey, where);
  const jwk = structuredClone(privateKey);
  let imported: Promise<CryptoKey> | undefined;
  // The place in `secrets` of the one that the provider took last.
  let current = 0;
  const places = new WeakMap<ClientAuthentication, number>();

  async function ways(openid: Openid, metadata: JsonObject): Promise<readonly ClientAuthentication[]> {
    if (judged && jwk) {
      imported ??= importPrivateKey(jwk, judged.algorithm);
      const key = await imported;
      return [openid.PrivateKeyJwt(judged.kid === undefined ? key : { key, kid: judged.kid })];
    }
    // By a certificate (RFC 8705 §2) the request itself says no more than a public client's does: the client's id.
    if (secrets.length === 0) return [openid.None()];
    const post = (method ?? offered(metadata)) === "client_secret_post";
    const all = secrets.map(({ secret }, place) => {
      const way = post ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret);
      places.set(way, place);
      return way;
    });
    return [...all.slice(current), ...all.slice(0, current)];
  }

  return {
    ways,
    worked(way) {
      current = places.get(way) ?? current;
    },
    mtls: method === "tls_client_auth" || method === "self_signed_tls_client_auth",
    ageDays(now) {
      const since = secrets[current]?.since;
      return since === undefined ? undefined : Math.max(0, Math.floor((now - Date.parse(since)) / dayMs));
    },
  };
}

function secretsOf(given: ClientOptions["clientSecret"]): readonly AgedSecret[] {
  if (given === undefined) return [];
  const list = typeof given === "string" ? [given] : given;
  return list.map((one) => (typeof one === "string" ? { secret: one } : { ...one }));
}

/** OIDC Discovery §3: without a word, it is `client_secret_basic`. */
function offered(metadata: JsonObject): ClientAuthMethod {
  const list = stringList(metadata.token_endpoint_auth_methods_supported);
  if (!list || list.includes("client_secret_basic")) return "client_secret_basic";
  return list.includes("client_secret_post") ? "client_secret_post" : "client_secret_basic";
}

function checkTogether({
  method,
  secrets,
  privateKey,
  where,
}: {
  readonly method: ClientAuthMethod | undefined;
  readonly secrets: number;
  readonly privateKey: boolean;
  readonly where: string;
}): void {
  if (secrets > 0 && privateKey) {
    throw new TypeError(`${where}: \`clientSecret\` and \`login.privateKey\` exclude each other`);
  }
  if (privateKey && method !== "private_key_jwt") {
    throw new TypeError(`${where}: \`login.privateKey\` goes with the \`authMethod\` private_key_jwt only`);
  }
  if (method === "private_key_jwt" && !privateKey) {
    throw new TypeError(`${where}: \`authMethod\` private_key_jwt needs \`login.privateKey\``);
  }
  const bySecret = method === "client_secret_basic" || method === "client_secret_post";
  if (bySecret && secrets === 0) {
    throw new TypeError(`${where}: \`authMethod\` ${method} needs \`clientSecret\``);
  }
  if (secrets > 0 && method !== undefined && !bySecret) {
    throw new TypeError(
      `${where}: \`clientSecret\` goes with the \`authMethod\` client_secret_basic or client_secret_post`,
    );
  }
}
