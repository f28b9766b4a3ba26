// GET|POST login: to the provider at once, or to a choice between several (OIDC Core §3.1.2.1, §4).
import { platform } from "#platform";
import { AuthError } from "../../errors.ts";
import type { Answer, Endpoint, EndpointRequest } from "../../http/index.ts";
import { type ConnectedClient, endpoint, type LoginContext, parametersOf, single } from "../context.ts";
import type { StepUp } from "../contract.ts";
import { createDpopKey } from "../dpop-key.ts";
import { type NativeWish, nativeParameters, nativeWish } from "../native/sign-in.ts";
import { escapeHtml } from "../pages.ts";
import { resourceOf } from "../renewal.ts";
import { ownTarget, ownUrlTarget } from "../return-to.ts";
import { tooManyRounds } from "../rounds.ts";
import type { Transaction } from "../transactions.ts";

/** What one sign-in asks for beside what is configured. */
interface Wish extends StepUp {
  readonly target: string;
  readonly prompt: string | undefined;
  readonly loginHint: string | undefined;
  /** The native client that the sign-in is for. */
  readonly asked?: NativeWish | undefined;
}

export function loginEndpoint(context: LoginContext, path: string): Endpoint {
  return endpoint(context, { name: "login", methods: ["GET", "POST"], path }, async (request, about) => {
    const parameters = await parametersOf(request);
    const connected = clientAsked(context, parameters);
    if (!connected) return chooser(context, parameters);
    about.of = { provider: connected.client.provider.name, clientId: connected.client.clientId };
    if (tooManyRounds(request.cookie, context)) {
      throw new AuthError(
        "login_interrupted",
        "The browser signs in again and again: what it comes back to refuses it",
      );
    }
    const asked = await nativeWish(context, connected, parameters);
    const wish = wishOf(parameters, connected, context);
    // RFC 8252 §8.6: whoever opened the browser may be no program of this person's, so they are always asked.
    const native = asked && { asked, prompt: withConsent(wish.prompt) };
    return toProvider(context, connected, { ...wish, ...native }, request);
  });
}

/**
 * The client of the provider that is asked for: by `iss` where somebody else sends people (§4), else by `issuer`. `undefined`
 * where people have to choose.
 *
 * @throws AuthError `login_interrupted` where it is none of ours
 */
function clientAsked({ clients }: LoginContext, parameters: URLSearchParams): ConnectedClient | undefined {
  const asked = single(parameters, "iss") ?? single(parameters, "issuer");
  if (asked === undefined) return clients.length === 1 ? clients[0] : undefined;
  const found = clients.find(
    ({ client: { provider } }) => provider.name === asked || provider.issuer(asked) !== undefined,
  );
  if (!found)
    throw new AuthError("login_interrupted", "The sign-in is asked for at a provider that is not configured");
  return found;
}

/** What a request may ask for; what is malformed counts as left out. */
function wishOf(parameters: URLSearchParams, { client }: ConnectedClient, context: LoginContext): Wish {
  const { login = {} } = client;
  const link = single(parameters, "target_link_uri");
  const target =
    link === undefined
      ? ownTarget(single(parameters, "return_to"), context.targets)
      : ownUrlTarget(link, context.targets);
  const acrValues = acrOf(single(parameters, "acr_values"), login.acrValues);
  const maxAge = single(parameters, "max_age");
  const asked = /^\d{1,9}$/.test(maxAge ?? "") ? Number(maxAge) : undefined;
  const bounds = [asked, login.maxAgeSeconds].filter((one) => one !== undefined);
  const prompt = single(parameters, "prompt");
  const hint = single(parameters, "login_hint");
  return {
    target: target ?? context.targets.home,
    ...(acrValues && { acrValues }),
    ...(bounds.length > 0 && { maxAgeSeconds: Math.min(...bounds) }),
    prompt: /^(login|consent|select_account)$/.test(prompt ?? "") ? prompt : login.prompt,
    loginHint: hint !== undefined && isHint(hint) ? hint : login.loginHint,
  };
}

/** A request can't ask for less than is configured: where classes are, one of those has to be among its own. */
function acrOf(asked = "", configured: readonly string[] | undefined) {
  // It travels in a cookie.
  const own = (asked.length > 255 ? "" : asked)
    .split(" ")
    .filter((one) => /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(one));
  const allowed = configured ? own.filter((one) => configured.includes(one)) : own;
  return allowed.length > 0 ? allowed : configured;
}

function withConsent(prompt = ""): string {
  const asked = prompt.split(" ").filter((one) => one !== "" && one !== "none");
  return [...new Set([...asked, "consent"])].join(" ");
}

function isHint(text: string): boolean {
  return text.length <= 255 && /^[^\p{Cc}]+$/u.test(text);
}

async function toProvider(
  context: LoginContext,
  connected: ConnectedClient,
  wish: Wish,
  request: EndpointRequest,
): Promise<Answer> {
  const { api, client } = connected;
  const { login = {} } = client;
  const { transactions, now } = context;
  const crossSite = login.responseMode === "form_post";
  const dpopKey = login.dpop ? await createDpopKey() : undefined;
  const { acrValues, maxAgeSeconds, target, asked } = wish;
  const transaction: Transaction = {
    issuer: client.provider.name,
    clientId: client.clientId,
    state: transactions.state(),
    nonce: platform.randomText(32),
    verifier: platform.randomText(32),
    target,
    startedAt: now(),
    scope: asked?.scope ?? connected.scope,
    native: asked?.native,
    acrValues,
    maxAgeSeconds,
    dpopKey,
    former: await context.sessions.formerOf(request.cookie),
  };
  const url = await authorizationUrl(connected, transaction, wish);
  const cookies = await transactions.keep(transaction, request.cookie, { crossSite });
  connected.announce();
  return context.pages.redirect(url.href, { cookies });

  async function authorizationUrl(
    { redirectUri }: ConnectedClient,
    { state, nonce, verifier, scope }: Transaction,
    { prompt, loginHint }: Wish,
  ): Promise<URL> {
    const parameters = new URLSearchParams({
      ...login.extra,
      redirect_uri: redirectUri(),
      scope,
      state,
      nonce,
      // RFC 7636 §4.2, always: whoever gets hold of the code has not got the verifier.
      code_challenge: await platform.sha256(verifier),
      code_challenge_method: "S256",
      ...(crossSite && { response_mode: "form_post" }),
      ...(prompt !== undefined && { prompt }),
      ...(acrValues && { acr_values: acrValues.join(" ") }),
      ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
      ...(loginHint !== undefined && { login_hint: loginHint }),
      ...(login.uiLocales && { ui_locales: login.uiLocales.join(" ") }),
    });
    for (const [name, value] of resourceOf(api)) parameters.append(name, value);
    // A callback's address that is not registered is the mistake that is made most.
    const what = `The authorization request (redirect_uri ${redirectUri()})`;
    return api.ask({ what, dpopKey }, async ({ openid, config, dpop }) => {
      if (dpop.DPoP) parameters.set("dpop_jkt", await dpop.DPoP.calculateThumbprint());
      const pushed = login.par ?? config.serverMetadata().require_pushed_authorization_requests === true;
      return pushed
        ? openid.buildAuthorizationUrlWithPAR(config, parameters, dpop)
        : openid.buildAuthorizationUrl(config, parameters);
    });
  }
}

/** Several providers: people choose. */
function chooser({ clients, pages, targets, native }: LoginContext, parameters: URLSearchParams): Answer {
  const kept = new URLSearchParams();
  const names = ["acr_values", "max_age", "prompt", "login_hint", ...(native ? nativeParameters : [])];
  for (const name of names) {
    const value = single(parameters, name);
    if (value !== undefined) kept.set(name, value);
  }
  const target = ownTarget(single(parameters, "return_to"), targets);
  if (target !== undefined) kept.set("return_to", target);
  const links = clients.map(({ client: { provider, login } }) => {
    const query = new URLSearchParams([...kept, ["issuer", provider.name]]);
    const label = login?.label ?? new URL(provider.name).host;
    return `<li><a href="?${escapeHtml(query.toString())}">${escapeHtml(label)}</a></li>`;
  });
  return pages.page(200, "Sign in with", `<ul>${links.join("")}</ul>`);
}
