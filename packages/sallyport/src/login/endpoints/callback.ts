// GET callback, or POST where the provider answers by a form: the code → tokens → a session (OIDC Core §3.1.2.5, §3.1.3).
import { AuthError } from "../../errors.ts";
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import type { SessionContent } from "../../session/index.ts";
import {
  type About,
  asAuthError,
  type ConnectedClient,
  endpoint,
  type LoginContext,
  parametersOf,
  queryOf,
  single,
} from "../context.ts";
import { registeredCode } from "../failure.ts";
import { checkSignIn, judgeIdToken } from "../id-token.ts";
import { nativeAnswer } from "../native/sign-in.ts";
import { resourceOf } from "../renewal.ts";
import { anotherRound } from "../rounds.ts";
import { contentOf } from "../session-content.ts";
import type { FoundTransaction, Transaction } from "../transactions.ts";
import { withUserinfo } from "../userinfo.ts";

/** What a callback's parameters come down to. */
interface Returned {
  readonly state: string | undefined;
  readonly code: string | undefined;
  readonly error: string | undefined;
  readonly iss: string | undefined;
}

/** A sign-in that has waited for its answer. */
interface Waiting {
  readonly transaction: Transaction;
  readonly cookies: FoundTransaction["ended"];
  readonly about: About;
}

export function callbackEndpoint(context: LoginContext, path: string): Endpoint {
  const posting = context.clients.some(({ client }) => client.login?.responseMode === "form_post");
  const methods = posting ? (["GET", "POST"] as const) : (["GET"] as const);
  return endpoint(context, { name: "callback", methods, path }, async (request) => {
    const parameters = await parametersOf(request);
    const [state] = parameters.getAll("state");
    const found = await context.transactions.take(
      parameters.getAll("state").length === 1 ? state : undefined,
      request.cookie,
      parameters.has("code"),
    );
    const { transaction, ended: cookies } = found;
    if (!transaction) return withoutTransaction(context, request, found);
    const about: About = { of: { provider: transaction.issuer, clientId: transaction.clientId } };
    try {
      const waiting = { transaction, cookies, about };
      return await finish(context, request, waiting, returned(parameters, request), path);
    } catch (thrown) {
      const error = asAuthError(thrown);
      context.trail.session({ name: "login", of: about.of, error, requestId: request.requestId });
      const loginUrl = context.loginUrl(transaction.target);
      return context.pages.failure(request, error, { cookies, loginUrl });
    }
  });
}

/** @throws AuthError `login_interrupted` where a parameter is there twice, or one that our requests don't bring about */
function returned(parameters: URLSearchParams, request: EndpointRequest): Returned {
  for (const name of ["id_token", "access_token", "response"]) {
    if (parameters.has(name)) {
      throw new AuthError("login_interrupted", `The provider's answer has ${name}, which was not asked for`);
    }
  }
  if (request.method === "POST" && ["code", "state", "error"].some((name) => queryOf(request).has(name))) {
    throw new AuthError("login_interrupted", "The provider's answer is in the form and in the query");
  }
  single(parameters, "error_description");
  const [state, code, error, iss] = ["state", "code", "error", "iss"].map((name) => single(parameters, name));
  return { state, code, error, iss };
}

/**
 * No sign-in of this browser waits for this answer: nobody is served by it. Who is signed in already came by the back button, or
 * by a page that was loaded again, and goes on to where they were going.
 */
async function withoutTransaction(
  { sessions, pages, trail, loginUrl, targets }: LoginContext,
  request: EndpointRequest,
  { ended: cookies, target, cookieMissing }: FoundTransaction & { readonly transaction: undefined },
): Promise<Answer> {
  const { content, changes } = await sessions.find(request.cookie);
  if (content) return pages.redirect(target ?? targets.home, { cookies: [...cookies, ...changes] });
  const error = cookieMissing
    ? new AuthError(
        "login_cookie_missing",
        `A callback came without its sign-in's cookie. Where it happens again and again: does the browser block cookies, does a proxy take them away, or did the sign-in begin on another host than publicUrl (${targets.origin})?`,
      )
    : new AuthError(
        "login_interrupted",
        "A callback came without a sign-in that waits for it: it has no state of ours, or the sign-in was used, is too old, or was sealed with another session.secret",
      );
  trail.session({ name: "login", error, requestId: request.requestId });
  return pages.failure(request, error, { cookies, loginUrl: loginUrl(target ?? targets.home) });
}

async function finish(
  context: LoginContext,
  request: EndpointRequest,
  { transaction, cookies, about }: Waiting,
  answer: Returned,
  path: string,
): Promise<Answer> {
  const { requestId } = request;
  const connected = context.clientOf({ provider: transaction.issuer, clientId: transaction.clientId });
  if (!connected)
    throw new AuthError("login_interrupted", "The provider of this sign-in is configured no more");
  const posts = connected.client.login?.responseMode === "form_post";
  if (posts !== (request.method === "POST")) {
    throw new AuthError("login_interrupted", "The provider's answer came in another way than was asked for");
  }
  if (connected.callbackPath !== path) {
    throw new AuthError("login_interrupted", "The answer came to the callback of another provider");
  }
  await checkIssuer(connected, answer);
  const { native } = transaction;
  if (native && (answer.code === undefined) !== (answer.error === undefined)) {
    // The native client hears it, and so would nobody here.
    const error = answer.error === undefined ? undefined : notSignedIn(answer.error);
    if (error) context.trail.session({ name: "login", of: about.of, error, requestId });
    return nativeAnswer(context, { transaction, native }, answer, cookies);
  }
  if (answer.error !== undefined) {
    if (answer.code !== undefined) {
      throw new AuthError("login_interrupted", "The provider's answer has a code and an error");
    }
    throw notSignedIn(answer.error);
  }
  if (answer.code === undefined)
    throw new AuthError("login_interrupted", "The provider's answer has no code");
  const content = await exchange(context, connected, transaction, answer);
  about.of = content;
  const changes = await context.sessions
    .start({
      content,
      since: transaction.startedAt,
      cookie: request.cookie,
      former: transaction.former,
    })
    .catch((thrown: unknown) => {
      // No session has them: what was granted is given back.
      context.background(context.renewal.discard(content));
      throw thrown;
    });
  // Then the sessions give the tokens back themselves.
  if (!changes) throw new AuthError("session_ended", "A logout came during the sign-in, and wins");
  context.trail.session({ name: "login", of: content, requestId });
  const { style, now } = context;
  const round = anotherRound(request.cookie, { style, now, crossSite: posts });
  return context.pages.redirect(transaction.target, { cookies: [...cookies, round, ...changes] });
}

function notSignedIn(said: string): AuthError {
  const code = registeredCode(said);
  return new AuthError("login_refused", `The provider did not sign the person in${code ? ` (${code})` : ""}`);
}

/**
 * RFC 9207 §2.4: to the letter, of an error as well; and there, where the provider says that it always is. Where several providers
 * share a callback's address, too: nothing else tells the answer of one from that of another (RFC 9700 §4.4.2).
 */
async function checkIssuer({ api, sharesCallback }: ConnectedClient, { iss }: Returned): Promise<void> {
  const metadata = await api.metadata();
  if (iss === undefined) {
    if (metadata.authorization_response_iss_parameter_supported === true) {
      throw new AuthError(
        "login_interrupted",
        "The provider's answer has no iss, though its metadata promises one",
      );
    }
    if (!sharesCallback) return;
    throw new AuthError(
      "login_interrupted",
      "The provider's answer has no iss, and another provider's answers come to the same address: give each a `login.redirectUri` of its own, such as …/callback/name",
    );
  }
  if (iss !== metadata.issuer) {
    throw new AuthError("login_interrupted", "The answer's iss is not the provider of this sign-in");
  }
}

/** Redeems a code, and judges what came for it. */
export async function exchange(
  context: LoginContext,
  { api, client, redirectUri }: ConnectedClient,
  transaction: Transaction,
  { code, state, iss }: Omit<Returned, "error">,
): Promise<SessionContent> {
  const { verifier, nonce, scope, startedAt, maxAgeSeconds, acrValues, dpopKey } = transaction;
  const { now, verify } = context;
  const url = new URL(redirectUri());
  for (const [name, value] of Object.entries({ code, state, iss })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await api.grant(
    { what: `The code (redirect_uri ${redirectUri()})`, dpopKey },
    ({ openid, config, dpop }) =>
      openid.authorizationCodeGrant(
        config,
        url,
        { pkceCodeVerifier: verifier, expectedState: transaction.state },
        resourceOf(api),
        dpop,
      ),
  );
  const { provider, clientId, login = {} } = client;
  const { trustedAudiences } = login;
  const payload = await judgeIdToken(
    answer.idToken,
    { accessToken: answer.accessToken, code, state },
    { provider, clientId, trustedAudiences, now: now() },
  );
  checkSignIn(payload, { nonce, startedAt, maxAgeSeconds, acrValues }, provider.clockToleranceSeconds);
  const idToken = answer.idToken as string;
  const content = await contentOf({ client, answer, payload, idToken, scope, dpopKey, now: now() }, verify);
  return login.userinfo ? withUserinfo(api, content) : content;
}
