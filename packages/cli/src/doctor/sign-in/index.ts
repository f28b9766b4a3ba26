// `sallyport doctor --sign-in`: will people be able to sign in at this provider, by this client?
import { type Answer, ask, isSafeUrl } from "../../answer.ts";
import { type Check, lifted, runChecks } from "../../finding.ts";
import type { Io } from "../../io.ts";
import type { Examination } from "../../report.ts";
import { type AuthorizationFacts, authorizationChecks, tryAuthorization } from "./authorization.ts";
import { needChecks, signInNotes, triedChecks } from "./metadata.ts";
import { type SecretFacts, type SecretMethod, secretChecks, trySecret } from "./secret.ts";

/** What was asked for. */
export interface SignInQuestion {
  readonly issuer: string;
  readonly discoveryUrl: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** How the secret is sent, where it is said. */
  readonly authMethod: SecretMethod | undefined;
  readonly callback: string | undefined;
  readonly insecureAllowLoopback: boolean;
}

export interface SignInFacts extends SignInQuestion {
  readonly metadata: Answer;
  /** The metadata document, if it is this issuer's. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  /** Whether authorization requests have to be pushed: then none is tried in the browser's way. */
  readonly pushed: boolean;
  readonly authorization: AuthorizationFacts | undefined;
  readonly secret: SecretFacts | undefined;
}

const withDocument = (facts: SignInFacts) => facts.document && { ...facts, document: facts.document };

/** All checks of signing in, by subject; `docs/doctor.md` is made of them. */
export const signInTables: Readonly<Record<string, readonly Check<SignInFacts>[]>> = {
  "What it needs": lifted(needChecks, withDocument),
  "The callback": lifted(authorizationChecks, ({ authorization }: SignInFacts) => authorization),
  "The secret": lifted(secretChecks, ({ secret }: SignInFacts) => secret),
  "What there is": [...lifted(signInNotes, withDocument), ...triedChecks],
};

/** Examines a client; `undefined` where the provider's metadata can't be had: what is wrong with that is said of the provider. */
export async function examineSignIn(question: SignInQuestion, io: Io): Promise<Examination | undefined> {
  const facts = await gather(question, io);
  const { issuer, clientId, document } = facts;
  if (document === undefined) return undefined;
  return {
    subject: `${issuer}, client ${clientId}`,
    facts: { issuer, clientId, callback: facts.callback },
    findings: runChecks(Object.values(signInTables).flat(), facts),
    well: "People can sign in, as far as it can be seen from here.",
    unreachable: false,
  };
}

async function gather(question: SignInQuestion, io: Io): Promise<SignInFacts> {
  const { issuer, discoveryUrl, clientId, clientSecret, callback, insecureAllowLoopback } = question;
  const metadata = await ask(
    discoveryUrl ?? `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    io,
  );
  // A document of another issuer names nobody that a secret may be sent to.
  const document =
    metadata.status === 200 && metadata.document?.issuer === issuer ? metadata.document : undefined;
  const endpoint = (name: string) => {
    const url = document?.[name];
    return isSafeUrl(url, insecureAllowLoopback) ? url : undefined;
  };
  const [authorize, token] = [endpoint("authorization_endpoint"), endpoint("token_endpoint")];
  const pushed = document?.require_pushed_authorization_requests === true;
  return {
    ...question,
    metadata,
    document,
    pushed,
    authorization:
      authorize !== undefined && callback !== undefined && !pushed
        ? await tryAuthorization({ endpoint: authorize, clientId, callback }, io)
        : undefined,
    secret:
      token !== undefined && clientSecret !== undefined
        ? await trySecret(
            {
              endpoint: token,
              clientId,
              secret: clientSecret,
              callback: callback ?? "https://sallyport-doctor.invalid/callback",
              method: question.authMethod ?? methodOf(document?.token_endpoint_auth_methods_supported),
            },
            io,
          )
        : undefined,
  };
}

/** As the library chooses: without a word of the provider it is HTTP Basic (Discovery §3). */
function methodOf(offered: unknown): SecretMethod {
  if (!Array.isArray(offered) || offered.includes("client_secret_basic")) return "client_secret_basic";
  return offered.includes("client_secret_post") ? "client_secret_post" : "client_secret_basic";
}
