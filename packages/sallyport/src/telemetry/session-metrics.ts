// The metrics of people who sign in: what became of sign-ins, renewals and logouts, and how old the client's secret is.
import { type AuthErrorCode, refusals } from "../errors.ts";
import type { SessionEvent } from "../events.ts";
import type { ToldSession, WatchedSignIn } from "../watch.ts";
import { healths, merge } from "./books.ts";
import type { MetricRow } from "./catalogue.ts";

type Name = SessionEvent["name"];
/** `undefined` stands for what went well. */
type Codes = readonly (AuthErrorCode | undefined)[];

const grant: Codes = [
  undefined,
  "login_interrupted",
  "login_refused",
  "invalid_id_token",
  "provider_unavailable",
  "provider_refused_client",
];

/** How each may end: these series are there from the start. What ends in another way has one from then on. */
const ends: Readonly<Record<Name, Codes>> = {
  login: [...grant, "session_ended", "session_store_unavailable", "session_too_large"],
  renewal: [undefined, "session_ended", "refresh_failed"],
  logout: [undefined, "cross_site_request", "session_store_unavailable"],
  backchannel_logout: [undefined, "invalid_logout_token", "session_store_unavailable"],
  frontchannel_logout: [undefined, "session_store_unavailable"],
  end_all: [undefined, "session_store_unavailable"],
  userinfo: ["session_ended"],
  native_code: [...grant, "session_store_unavailable"],
  native_device: grant,
  native_refresh: [undefined, "login_refused", "session_ended", "refresh_failed"],
};

/** What is refused before it is known at which provider it was to be. */
const nowhere: Readonly<Partial<Record<Name, Codes>>> = {
  login: ["login_interrupted"],
  logout: ["cross_site_request"],
  backchannel_logout: ["invalid_logout_token"],
  native_code: ["login_refused", "login_interrupted"],
  native_device: ["login_refused"],
  native_refresh: ["login_refused"],
};

export const sessionRows: readonly MetricRow[] = [
  {
    name: "sallyport.session_events",
    type: "counter",
    unit: "{event}",
    help: "Sign-ins, renewals and logouts by name, by outcome (ok, refused, failed), and by the code of what went wrong.",
    labels: ["name", "outcome", "code", "issuer"],
    aggregate: "sum",
    read(books) {
      for (const { signIn } of books.applications)
        for (const told of expectedSessions(signIn)) books.session(told);
      return books.sessions.samples();
    },
  },
  {
    name: "sallyport.client_secret.age",
    type: "gauge",
    unit: "s",
    help: "Age of the client secret in use, in whole days, where its options say since when it is.",
    labels: ["issuer"],
    aggregate: "max",
    read: (books) =>
      merge(
        healths(books).flatMap(({ clientSecrets }) =>
          clientSecrets.map(({ issuer, days }) => ({ labels: { issuer }, value: days * 86_400 })),
        ),
        "max",
      ),
  },
];

/** Of one application: nothing, where nobody signs in. */
function expectedSessions(signIn: WatchedSignIn | undefined): ToldSession[] {
  if (!signIn) return [];
  const { issuers, native } = signIn;
  const served = ([name]: [string, Codes]) => native || !name.startsWith("native_");
  const series = (table: Readonly<Partial<Record<Name, Codes>>>, issuer: string | undefined) =>
    Object.entries(table)
      .filter(served)
      .flatMap(([name, codes]) =>
        codes.map((code) => ({ name: name as Name, code, outcome: outcomeOf(code), issuer })),
      );
  return [...issuers.flatMap((issuer) => series(ends, issuer)), ...series(nowhere, undefined)];
}

function outcomeOf(code: AuthErrorCode | undefined): SessionEvent["outcome"] {
  if (code === undefined) return "ok";
  return refusals[code].status === 503 ? "failed" : "refused";
}
