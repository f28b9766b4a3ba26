// What the provider makes of an authorization request (RFC 6749 §4.1.1): its sign-in, a refusal on a page of its own, or an answer to us.
import { type Answer, type AskDeps, ask } from "../../answer.ts";
import type { Check } from "../../finding.ts";

/** One request's reception. */
export interface Reception {
  /** `page`: a page or a redirect of the provider's own; `refused`: an error page; `back`: an answer to the callback. */
  readonly kind: "page" | "refused" | "back" | "broken";
  readonly answer: Answer;
  /** `error` of an answer to the callback, where it is a word. */
  readonly error: string | undefined;
}

/** The right request, and two that have to be refused: only beside them a page says something. */
export interface AuthorizationFacts {
  readonly callback: string;
  readonly right: Reception;
  readonly otherCallback: Reception;
  readonly otherClient: Reception;
}

/** Nobody's (RFC 2606 §2): no provider knows it, and nobody ever reads what is sent there. */
const strangeCallback = "https://sallyport-doctor.invalid/callback";
const strangeClient = "sallyport-doctor-knows-no-such-client";
// RFC 7636, Appendix B. Nothing that comes of it is ever redeemed.
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** Asks for a sign-in as the application does. Nobody signs in: a provider answers with a form, and it is left there. */
export async function tryAuthorization(
  { endpoint, clientId, callback }: { endpoint: string; clientId: string; callback: string },
  deps: AskDeps,
): Promise<AuthorizationFacts> {
  const request = async (client: string, redirect: string): Promise<Reception> => {
    const url = new URL(endpoint);
    for (const [name, value] of Object.entries({
      response_type: "code",
      client_id: client,
      redirect_uri: redirect,
      scope: "openid",
      state: "sallyport-doctor",
      nonce: "sallyport-doctor",
      code_challenge: challenge,
      code_challenge_method: "S256",
    }))
      url.searchParams.set(name, value);
    const answer = await ask(url.href, deps, { accept: "text/html", headers: { "accept-language": "en" } });
    return received(answer, redirect);
  };
  return {
    callback,
    right: await request(clientId, callback),
    otherCallback: await request(clientId, strangeCallback),
    otherClient: await request(strangeClient, callback),
  };
}

function received(answer: Answer, callback: string): Reception {
  const { status, headers, url } = answer;
  const location = headers.get("location");
  const to =
    status >= 300 && status < 400 && location !== null && URL.canParse(location, url)
      ? new URL(location, url)
      : undefined;
  if (to && `${to.origin}${to.pathname}` === callback) {
    const error = to.searchParams.get("error") ?? "";
    return { kind: "back", answer, error: /^[a-z_]{1,60}$/.test(error) ? error : undefined };
  }
  // Google, for one, sends the browser to a page of errors.
  const refused = to ? /\berror\b/i.test(to.pathname) : status >= 400 && status < 500;
  const kind = status === 0 || status >= 500 ? "broken" : refused ? "refused" : "page";
  return { kind, answer, error: undefined };
}

const taken = ({ kind, error }: Reception) => kind === "page" || (kind === "back" && error === undefined);
const aboutCallback = /redirect[_ ]?ur[il]|callback|reply (url|address)/i;
const aboutClient = /client|application/i;
const pageOf = ({ answer }: Reception) =>
  answer.text.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, " ").replaceAll(/\s+/g, " ");

/** Which of the two it is about, by the page's own words. */
function subject({ right }: AuthorizationFacts): "callback" | "client" | "unsaid" | undefined {
  if (right.kind !== "refused") return undefined;
  const page = pageOf(right);
  return aboutCallback.test(page) ? "callback" : aboutClient.test(page) ? "client" : "unsaid";
}

export const authorizationChecks: readonly Check<AuthorizationFacts>[] = [
  {
    id: "authorization_unanswered",
    level: "mend",
    says: "The provider's sign-in does not answer, or breaks",
    mend: "Ask who runs the provider; nobody can sign in until it answers. Who is signed in stays so.",
    test: ({ right: { kind, answer } }) =>
      kind === "broken" &&
      `The provider's sign-in does not answer, or breaks (${answer.failure ?? answer.status})`,
  },
  {
    id: "callback_not_registered",
    level: "mend",
    says: "The provider does not know the callback's address as one of this client's",
    mend: "Register it there to the letter: scheme, host, port, path, no slash more or less. It is `publicUrl` + /auth/v2/callback, unless `login.redirectUri` or `router` say otherwise.",
    test: (facts) =>
      subject(facts) === "callback" &&
      `The provider does not know ${facts.callback} as an address of this client's (${facts.right.answer.status})`,
  },
  {
    id: "client_unknown",
    level: "mend",
    says: "The provider refuses the client at its sign-in, by a page of its own",
    mend: "Compare `clientId` with the provider's, and the issuer: the realm or the tenant. Is the client switched on, and may it use the code flow?",
    test: (facts) => subject(facts) === "client",
  },
  {
    id: "authorization_refused",
    level: "mend",
    says: "The provider refuses the authorization request, and does not say whether for the client or for the callback's address",
    mend: "Compare `clientId` and the callback's address with what is registered there, to the letter. The page in a browser, or the provider's log, may say more.",
    test: (facts) => subject(facts) === "unsaid",
  },
  {
    id: "authorization_error",
    level: "mend",
    says: "The provider knows client and callback, and answers the authorization request with an error",
    mend: "unauthorized_client: allow the client the code flow. invalid_scope: let it have openid, or set `login.scopes`. invalid_request: does it demand requests that are pushed (`login.par`) or signed?",
    test: ({ right: { kind, error } }) =>
      kind === "back" &&
      error !== undefined &&
      `The provider knows client and callback, and answers the authorization request with ${error}`,
  },
  {
    id: "any_callback_accepted",
    level: "mend",
    says: "The provider takes a callback on a host that nobody registered: codes can be sent anywhere",
    mend: "Register the one callback of this application to the letter, and no pattern (RFC 9700 §4.1): a `*` sends people's codes to whoever asks.",
    // Where an unknown client is refused, a page for a strange callback is no error page in disguise.
    test: ({ right, otherCallback, otherClient }) =>
      otherCallback.kind === "back" ||
      (taken(right) && otherCallback.kind === "page" && otherClient.kind === "refused"),
  },
  {
    id: "callback_registered",
    level: "note",
    says: "The provider shows its sign-in for this client and callback, and refuses another callback",
    test: ({ right, otherCallback }) => taken(right) && otherCallback.kind === "refused",
  },
  {
    id: "callback_cannot_be_told",
    level: "note",
    says: "Whether the callback is registered can't be told from outside: this provider answers a wrong one with a page as well. Sign in once, by a browser",
    test: ({ right, otherCallback, otherClient }) =>
      taken(right) && otherCallback.kind === "page" && otherClient.kind !== "refused",
  },
];
