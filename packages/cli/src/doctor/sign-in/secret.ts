// Whether the provider takes the client's secret: a code that was never issued is redeemed, and what counts is which of the two it minds.
import { randomBytes } from "node:crypto";
import { type AskDeps, ask } from "../../answer.ts";
import type { Check } from "../../finding.ts";

const methods = ["client_secret_basic", "client_secret_post"] as const;
export type SecretMethod = (typeof methods)[number];

/** What a token request came to. */
export interface Redemption {
  /** `refused`: the client; `taken`: the client was believed, and the code not. */
  readonly kind: "refused" | "taken" | "unclear" | "broken";
  readonly status: number;
  /** `error` of the answer, where it is a word; or why there was none. */
  readonly said: string | undefined;
}

export interface SecretFacts {
  readonly method: SecretMethod;
  readonly right: Redemption;
  /** Where the secret was refused, and is taken by the other method. */
  readonly otherMethod: Redemption | undefined;
  /** Where it was taken: a secret that nobody has. */
  readonly otherSecret: Redemption | undefined;
}

export interface SecretQuestion {
  readonly endpoint: string;
  readonly clientId: string;
  readonly secret: string;
  readonly callback: string;
  readonly method: SecretMethod;
}

/** Tries it. The secret goes to the token endpoint and nowhere else. */
export async function trySecret(
  { endpoint, clientId, secret, callback, method }: SecretQuestion,
  deps: AskDeps,
): Promise<SecretFacts> {
  const redeem = async (by: SecretMethod, text: string): Promise<Redemption> => {
    const form = new URLSearchParams({
      grant_type: "authorization_code",
      code: "sallyport-doctor-has-no-code",
      redirect_uri: callback,
      code_verifier: randomBytes(32).toString("base64url"),
      ...(by === "client_secret_post" && { client_id: clientId, client_secret: text }),
    });
    const authorization =
      by === "client_secret_basic" ? { authorization: `Basic ${basic(clientId, text)}` } : {};
    const { status, document, failure } = await ask(endpoint, deps, { form, headers: authorization });
    const error = document?.error;
    const said = typeof error === "string" && /^[a-z_]{1,60}$/.test(error) ? error : undefined;
    if (status === 0 || status >= 500) return { kind: "broken", status, said: failure ?? said };
    const refused = status === 401 || said === "invalid_client";
    return { kind: refused ? "refused" : said === "invalid_grant" ? "taken" : "unclear", status, said };
  };
  const stranger = () => randomBytes(30).toString("base64url");
  const other = methods.find((one) => one !== method) as SecretMethod;
  const right = await redeem(method, secret);
  if (right.kind === "taken") {
    return { method, right, otherMethod: undefined, otherSecret: await redeem(method, stranger()) };
  }
  if (right.kind !== "refused") return { method, right, otherMethod: undefined, otherSecret: undefined };
  const otherMethod = await redeem(other, secret);
  // Whoever takes any secret that way has not looked at it.
  const looked = otherMethod.kind === "taken" && (await redeem(other, stranger())).kind === "refused";
  return { method, right, otherMethod: looked ? otherMethod : undefined, otherSecret: undefined };
}

/** RFC 6749 §2.3.1: both halves are form-encoded first. */
function basic(clientId: string, secret: string): string {
  const encoded = [clientId, secret].map((one) => new URLSearchParams({ "": one }).toString().slice(1));
  return Buffer.from(encoded.join(":")).toString("base64");
}

export const secretChecks: readonly Check<SecretFacts>[] = [
  {
    id: "token_endpoint_unanswered",
    level: "mend",
    says: "The token endpoint does not answer, or breaks",
    mend: "Ask who runs the provider; can the application reach that address?",
    test: ({ right: { kind, said, status } }) =>
      kind === "broken" && `The token endpoint does not answer, or breaks (${said ?? status})`,
  },
  {
    id: "secret_sent_otherwise",
    level: "mend",
    says: "The provider takes the client's secret by another method than it is sent by",
    mend: "Set `login.authMethod` (OIDC_AUTH_METHOD) to the method that the sentence names, or change the client's at the provider.",
    test: ({ method, otherMethod }) =>
      otherMethod !== undefined &&
      `The provider takes the client's secret by ${methods.find((one) => one !== method)}, and not by ${method}`,
  },
  {
    id: "secret_refused",
    level: "mend",
    says: "The provider refuses the client's id and secret",
    mend: "Copy the secret once more, without a line break or quotes. Is it another client's, another realm's, or has it been renewed there? A client that proves itself by a key has `login.privateKey` in place of a secret.",
    test: ({ right, otherMethod }) =>
      right.kind === "refused" &&
      otherMethod === undefined &&
      `The provider refuses the client's id and secret (${right.said ?? right.status})`,
  },
  {
    id: "secret_accepted",
    level: "note",
    says: "The provider takes the client's secret, and refuses another",
    test: ({ otherSecret }) => otherSecret?.kind === "refused",
  },
  {
    id: "secret_cannot_be_told",
    level: "note",
    says: "Whether the secret is right can't be told from outside: the provider looks at the code first. Sign in once, by a browser",
    test: ({ right, otherSecret }) =>
      right.kind === "unclear" || (otherSecret !== undefined && otherSecret.kind !== "refused"),
  },
];
