// Checks of the cookies (RFC 6265bis), and of whether the sign-in's one finds its way back; and of the session endpoint.
import type { Check } from "../../finding.ts";
import { type AppFacts, type SetCookie, wordsOf } from "./facts.ts";

const https = ({ url }: AppFacts) => new URL(url).protocol === "https:";

/** A check of each cookie; the sentence names those it is about. */
function ofEach(
  row: Omit<Check<AppFacts>, "test">,
  about: (cookie: SetCookie, facts: AppFacts) => boolean,
): Check<AppFacts> {
  return {
    ...row,
    test: (facts) => {
      const names = facts.cookies.filter((one) => about(one, facts)).map(({ name }) => name);
      return names.length > 0 && `${row.says}: ${names.join(", ")}`;
    },
  };
}

const isForm = ({ request }: AppFacts) => request?.searchParams.get("response_mode") === "form_post";

export const cookieChecks: readonly Check<AppFacts>[] = [
  {
    id: "login_without_cookie",
    level: "mend",
    says: "The sign-in sets no cookie: its answer can't be told from a stranger's",
    mend: "Look for a proxy or a cache in front that takes Set-Cookie away.",
    test: ({ request, cookies }) => request && cookies.length === 0,
  },
  {
    id: "cookie_lost",
    level: "mend",
    says: "The sign-in's cookie does not arrive at the callback: everybody reads that the sign-in can't be continued",
    mend: "Look for a proxy that takes the header Cookie away or cuts it, for processes with different `session.secret`s, and for a second application that answers the callback.",
    test: ({ back }) => back !== undefined && wordsOf(back).error === "login_interrupted",
  },
  ofEach(
    {
      id: "cookie_readable",
      level: "mend",
      says: "A cookie can be read by scripts (no HttpOnly)",
      mend: "Set HttpOnly; look at what changes cookies on the way.",
    },
    ({ attributes }) => !attributes.has("httponly"),
  ),
  ofEach(
    {
      id: "cookie_not_secure",
      level: "mend",
      says: "A cookie goes by http as well (no Secure)",
      mend: "Set Secure. Here it follows `publicUrl`: the application thinks that it is http.",
    },
    ({ attributes }, facts) => https(facts) && !attributes.has("secure"),
  ),
  ofEach(
    {
      id: "cookie_for_other_sites",
      level: "mend",
      says: "A cookie comes along with requests of other sites (SameSite is not Lax or Strict)",
      mend: "Set SameSite=Lax. Only a sign-in that comes back by a form (`login.responseMode`) needs None, for its own few minutes.",
    },
    ({ attributes }, facts) =>
      !["lax", "strict"].includes(attributes.get("samesite") ?? "") &&
      !(isForm(facts) && attributes.get("samesite") === "none"),
  ),
  ofEach(
    {
      id: "cookie_without_prefix",
      level: "advice",
      says: "A cookie's name does not begin with __Host-: another host of the same domain can put one in its place",
      mend: "Name it __Host-…, with Secure, Path=/ and no Domain. Here that follows an https `publicUrl`.",
    },
    ({ name }, facts) => https(facts) && !name.startsWith("__Host-"),
  ),
];

const asked = ({ session: { status } }: AppFacts) => status !== 0 && status !== 404 && status !== 405;

export const sessionChecks: readonly Check<AppFacts>[] = [
  {
    id: "session_open",
    level: "mend",
    says: "The session endpoint tells a browser without cookies of somebody's session",
    mend: "Look for a cache in front that keeps one person's answer for the next.",
    test: ({ session: { status } }) => status === 200,
  },
  {
    id: "session_not_401",
    level: "mend",
    says: "The session endpoint does not answer 401 to nobody",
    mend: "The application's log says why; look at what answers in its place.",
    test: (facts) =>
      asked(facts) &&
      facts.session.status !== 200 &&
      facts.session.status !== 401 &&
      `The session endpoint answers ${facts.session.status} to nobody, not 401`,
  },
  {
    id: "session_cacheable",
    level: "mend",
    says: "What the session endpoint answers may be kept by caches",
    mend: "Send `Cache-Control: no-store`, and let no proxy take it away.",
    test: (facts) => asked(facts) && !/no-store/i.test(facts.session.headers.get("cache-control") ?? ""),
  },
  {
    id: "way_back_not_tried",
    level: "note",
    says: "Whether the cookie finds its way back was not tried: --issuer is needed, and a request that is not pushed",
    test: ({ request, back }) => request !== undefined && back === undefined,
  },
];
