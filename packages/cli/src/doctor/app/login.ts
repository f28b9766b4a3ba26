// Checks of the sign-in's redirect: whether it leads to the provider, with what protects it, and back to where the browser is.
import { isLoopback } from "../../answer.ts";
import type { Check } from "../../finding.ts";
import { type AppFacts, isOwn, wordsOf } from "./facts.ts";

const parameter = ({ request }: AppFacts, name: string) => request?.searchParams.get(name) ?? null;
/** A pushed request (RFC 9126) shows none of its parameters. */
const isPushed = (facts: AppFacts) => parameter(facts, "request_uri") !== null;
const missing = (facts: AppFacts) =>
  ["state", "nonce", "code_challenge", "redirect_uri"].filter((name) => !parameter(facts, name));

export const loginChecks: readonly Check<AppFacts>[] = [
  {
    id: "app_unreachable",
    level: "mend",
    says: "The application does not answer",
    mend: "Is it running, and is this its public URL as a browser knows it?",
    test: ({ login: { status, failure } }) => status === 0 && `The application does not answer (${failure})`,
  },
  {
    id: "app_not_https",
    level: "mend",
    says: "The application is http: whoever is on the way reads the session's cookie, and browsers keep it less strictly",
    mend: "Serve it by https, and set `publicUrl` to that address. http is for loopback alone.",
    test: ({ url, loopback }) => new URL(url).protocol === "http:" && !loopback,
  },
  {
    id: "login_not_found",
    level: "mend",
    says: "There is no sign-in at this path",
    mend: "Register `auth.router()`. Is it mounted below a prefix (`router.basePath`), or at other paths? Then --login-path says where; or a proxy in front does not hand the path on.",
    test: ({ login: { status }, loginPath }) =>
      (status === 404 || status === 405) && `There is no sign-in at ${loginPath}: the answer was ${status}`,
  },
  {
    id: "login_fails",
    level: "mend",
    says: "The sign-in answers with an error",
    mend: "The application's log says why, in one line; docs/sign-in-problems.md has the common ones.",
    test: ({ login }) =>
      login.status >= 400 &&
      login.status !== 404 &&
      login.status !== 405 &&
      `The sign-in answers with an error (${login.status})${wordsOf(login).description ? `: ${wordsOf(login).description}` : ""}`,
  },
  {
    id: "login_unprotected",
    level: "mend",
    says: "The authorization request lacks what protects it",
    mend: "state binds the answer to the browser, nonce the ID token to the sign-in, and PKCE with S256 the code to the application (RFC 9700 §2.1, OIDC Core §3.1.2.1): send all three.",
    test: (facts) => {
      if (!facts.request || isPushed(facts)) return undefined;
      const names = missing(facts);
      if (parameter(facts, "code_challenge") && parameter(facts, "code_challenge_method") !== "S256")
        names.push("code_challenge_method=S256");
      return names.length > 0 && `The authorization request lacks ${names.join(", ")}`;
    },
  },
  {
    id: "callback_elsewhere",
    level: "mend",
    says: "The sign-in comes back to another host than the one it began on: its cookie is not there",
    mend: "Set `publicUrl` to the address that browsers show (scheme, host, port), register its callback at the provider, and let other names of the application redirect to it.",
    test: (facts) => {
      const callback = parameter(facts, "redirect_uri");
      return (
        callback !== null &&
        URL.canParse(callback) &&
        !isOwn(callback, facts.url) &&
        `The sign-in began at ${new URL(facts.url).origin} and comes back to ${new URL(callback).origin}: its cookie is not there`
      );
    },
  },
  {
    id: "callback_not_https",
    level: "mend",
    says: "The callback is http: the code travels in the clear",
    mend: "Set `publicUrl` to the https address. Behind a proxy that ends TLS it is the proxy's.",
    test: (facts) => {
      const callback = parameter(facts, "redirect_uri") ?? "";
      return /^http:/i.test(callback) && !isLoopback(callback);
    },
  },
  {
    id: "login_of_other_client",
    level: "mend",
    says: "The sign-in is by another client than the one that was named",
    mend: "Compare `clientId` (OIDC_CLIENT_ID) of the running application with --client-id: does it run with the settings that you think?",
    test: (facts) => {
      const used = parameter(facts, "client_id");
      return facts.clientId !== undefined && used !== null && used !== facts.clientId;
    },
  },
  {
    id: "login_cacheable",
    level: "mend",
    says: "The sign-in's redirect may be kept by caches: two people get the same sign-in",
    mend: "Send `Cache-Control: no-store`, and let no proxy take it away.",
    test: ({ request, login }) => request && !/no-store/i.test(login.headers.get("cache-control") ?? ""),
  },
  {
    id: "several_providers",
    level: "note",
    says: "The sign-in is a page where people choose; what comes after it was not looked at (--login-path '/auth/v2/login?issuer=…' does)",
    test: ({ login }) => login.status === 200,
  },
];
