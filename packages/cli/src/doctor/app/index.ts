// `sallyport doctor --app`: is the application set up so that a browser comes through its sign-in, and keeps the session safe?
import { type Check, runChecks } from "../../finding.ts";
import type { Examination } from "../../report.ts";
import { cookieChecks, sessionChecks } from "./cookies.ts";
import { type AppFacts, type AppQuestion, gatherApp } from "./facts.ts";
import { loginChecks } from "./login.ts";

const reached = (facts: AppFacts) => facts.login.status !== 0;
const whereReached = (checks: readonly Check<AppFacts>[]): readonly Check<AppFacts>[] =>
  checks.map((check) => ({ ...check, test: (facts) => (reached(facts) ? check.test(facts) : undefined) }));

/** All checks of an application, by subject; `docs/doctor.md` is made of them. */
export const appTables: Readonly<Record<string, readonly Check<AppFacts>[]>> = {
  "Its sign-in": loginChecks,
  "Its cookies": whereReached(cookieChecks),
  "Its session endpoint": whereReached(sessionChecks),
};

/** What was found, and what the application asks its provider for. */
export interface ExaminedApp {
  readonly examination: Examination;
  readonly clientId: string | undefined;
  readonly callback: string | undefined;
}

/** Examines an application. */
export async function examineApp(question: AppQuestion): Promise<ExaminedApp> {
  const facts = await gatherApp(question);
  const { url, request, login, session } = facts;
  const parameter = (name: string) => request?.searchParams.get(name) ?? undefined;
  return {
    examination: {
      subject: url,
      facts: { url, statuses: { login: login.status, session: session.status } },
      findings: runChecks(Object.values(appTables).flat(), facts),
      well: "This application's sign-in is well, as far as it can be seen from here.",
      unreachable: !reached(facts),
    },
    clientId: parameter("client_id"),
    callback: parameter("redirect_uri"),
  };
}
