// The command's options for signing people in, and what is asked by them.
import { type Io, UsageError } from "../../io.ts";
import type { Values } from "../../options.ts";
import { clientSecretOf, noSecretArgument } from "../../token/secret.ts";
import type { SignInQuestion } from "./index.ts";
import type { SecretMethod } from "./secret.ts";

const callbackPath = "/auth/v2/callback";

export const signInOptions = {
  "sign-in": {
    doc: "Whether people can sign in at --issuer: the metadata, the client, its callback, and its secret, which goes to the token endpoint alone.",
  },
  "client-id": {
    takes: "ID",
    doc: "--sign-in: the application's client. With --app, the application's own says it.",
    env: ["OIDC_CLIENT_ID"],
  },
  "public-url": {
    takes: "URL",
    doc: `--sign-in: the application's public URL; its callback is ${callbackPath} below it.`,
    env: ["OIDC_PUBLIC_URL", "OAUTH2_PUBLIC_URL"],
  },
  "callback-url": {
    takes: "URL",
    doc: "--sign-in: the callback, where it is another.",
    env: ["OIDC_REDIRECT_URI"],
  },
  "auth-method": {
    takes: "NAME",
    doc: "--sign-in: how the secret is sent, if not as the provider's metadata has it first.",
    env: ["OIDC_AUTH_METHOD"],
  },
  "client-secret-file": {
    takes: "PATH",
    doc: "--sign-in: a file that holds the client's secret. Else it comes from OIDC_CLIENT_SECRET, or is not tried.",
  },
  "client-secret": { takes: "SECRET", doc: "", refused: noSecretArgument },
  app: {
    takes: "URL",
    doc: "Your application's public URL: its sign-in, its cookies and its session endpoint. One sign-in is begun there and broken off.",
  },
  "login-path": {
    takes: "PATH",
    doc: "--app: where the sign-in is, if not at /auth/v2/login.",
  },
} as const;

type SignInValues = Values<typeof signInOptions>;

/**
 * What `--sign-in` asks.
 *
 * @param app what the application says of itself, where it was asked
 * @throws UsageError where something is missing
 */
export async function signInQuestion(
  values: SignInValues & {
    readonly "discovery-url": string | undefined;
    readonly "insecure-allow-loopback": boolean;
  },
  {
    issuer,
    app,
  }: {
    issuer: string | undefined;
    app: { clientId?: string | undefined; callback?: string | undefined } | undefined;
  },
  io: Io,
): Promise<SignInQuestion> {
  const clientId = values["client-id"] ?? app?.clientId;
  if (issuer === undefined) throw new UsageError("--sign-in takes --issuer URL, where people sign in");
  if (clientId === undefined)
    throw new UsageError("--sign-in takes --client-id ID, or --app URL, which says it");
  const [publicUrl, method] = [values["public-url"], values["auth-method"]];
  return {
    issuer,
    discoveryUrl: values["discovery-url"],
    clientId,
    clientSecret: await clientSecretOf(values["client-secret-file"], false, io),
    authMethod:
      method === "client_secret_basic" || method === "client_secret_post"
        ? (method satisfies SecretMethod)
        : undefined,
    callback:
      values["callback-url"] ??
      (publicUrl === undefined ? app?.callback : `${publicUrl.replace(/\/$/, "")}${callbackPath}`),
    insecureAllowLoopback: values["insecure-allow-loopback"],
  };
}
