// This application as a provider's client: the type for users, and a row each for the check, the environment and the docs.
import { isPlainObject, isText, type OptionTable } from "../options.ts";
import { type LoginOptions, loginTable } from "./options.ts";

/** A client secret, and since when it has been in use. */
export interface AgedSecret {
  readonly secret: string;
  /** A date (`2026-11-21`): a secret in use for more than 90 days is warned of. */
  readonly since?: string;
}

/** This application as a client of one provider. */
export interface ClientOptions {
  readonly clientId?: string;
  /** The client's secret; two at once where one takes the other's place: the first is used, the other tried after it. */
  readonly clientSecret?: string | readonly (string | AgedSecret)[];
  readonly login?: LoginOptions;
}

const isDate = (value: unknown) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && Number.isFinite(Date.parse(value));
const isSecret = (value: unknown) =>
  isText(value) ||
  (isPlainObject(value) &&
    Object.keys(value).every((name) => name === "secret" || name === "since") &&
    isText(value.secret) &&
    (value.since === undefined || isDate(value.since)));

/** Rows of {@link ClientOptions}. */
export const clientTable = {
  clientId: {
    check: isText,
    takes: "the id of this application's client at the provider",
    doc: "This application's client at the provider: with it, people sign in there.",
    env: ["OIDC_CLIENT_ID"],
  },
  clientSecret: {
    check: (value) =>
      isText(value) ||
      (Array.isArray(value) && value.length > 0 && value.length <= 2 && value.every(isSecret)),
    takes: "the client's secret, or a list of one or two: texts or { secret, since }",
    doc: "The client's secret. While one takes another's place, both: the first is used, the other tried where the provider refuses it. A secret with a date (`since`) is warned of after 90 days.",
    env: ["OIDC_CLIENT_SECRET"],
    secret: true,
  },
  login: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(loginTable).join(", ")}`,
    doc: "How people sign in.",
    members: loginTable,
  },
} as const satisfies OptionTable;
