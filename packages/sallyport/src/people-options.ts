// What can be said of people who sign in, beside the issuers: types for users, a row each, and who is to be told what.
import {
  type ClientOptions,
  clientTable,
  type NativeClientsOptions,
  nativeClientsTable,
  type RouterOptions,
  routerTable,
} from "./login/index.ts";
import { isPlainObject, type OptionTable } from "./options.ts";
import { type SessionOptions, type SessionStore, sessionOptionTable, storeVerbs } from "./session/index.ts";
import type { IssuerOptions, VerifierOptions } from "./verify/index.ts";

/** Options of an application that people sign in to: with `clientId` and `session`, `auth.router()` has endpoints. */
export interface PeopleOptions extends ClientOptions {
  /** Several issuers: those with a `clientId` are where people sign in. */
  readonly issuers?: readonly (IssuerOptions & ClientOptions)[];
  /** The sessions of people who have signed in. */
  readonly session?: SessionOptions;
  /** Where the router's endpoints are. */
  readonly router?: RouterOptions;
  /** Serves programs on people's own machines (`POST /auth/v2/token`, `POST /auth/v2/device`). Default: they are not served. */
  readonly nativeClients?: NativeClientsOptions;
}

/** What is alive of that. */
export interface PeopleDeps {
  /** Keeps sessions for all processes. Default: each is in its cookie, sealed. */
  readonly sessionStore?: SessionStore;
}

/** Rows of {@link PeopleOptions}, but for `issuers`. */
export const peopleOptionTable = {
  ...clientTable,
  session: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(sessionOptionTable).join(", ")}`,
    doc: "The [sessions](sessions.md) of people who sign in. Needs `clientId`.",
    members: sessionOptionTable,
  },
  router: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(routerTable).join(", ")}`,
    doc: "Where the endpoints of `auth.router()` are.",
    orMembers: routerTable,
  },
  nativeClients: {
    check: isPlainObject,
    takes: `an object of ${Object.keys(nativeClientsTable).join(", ")}`,
    doc: "Serves [native clients](native-clients.md): programs on people's own machines, which sign in by this application's client. `{}` is enough.",
    default: "they are not served",
    orMembers: nativeClientsTable,
  },
} as const satisfies OptionTable;

/** Rows of {@link PeopleDeps}. */
export const peopleDepsTable = {
  sessionStore: {
    check: (value) =>
      typeof value === "object" &&
      value !== null &&
      storeVerbs.every((verb) => typeof (value as Record<string, unknown>)[verb] === "function"),
    takes: "a session store, such as createMemorySessionStore() returns",
    doc: "Keeps sessions for all processes: what back-channel logout, `auth.sessions.list` and `auth.sessions.endAll` need.",
    default: "each session is in its cookie, sealed",
  },
} as const satisfies OptionTable;

/** The options of an application, each room's apart. */
export interface SplitOptions {
  readonly verifier: VerifierOptions;
  /** Of each issuer, in their order. */
  readonly clients: readonly ClientOptions[];
  readonly session: SessionOptions | undefined;
  readonly router: RouterOptions | undefined;
  readonly nativeClients: NativeClientsOptions | undefined;
}

const clientNames = Object.keys(clientTable) as (keyof ClientOptions)[];

/**
 * Takes apart what a verifier knows and what it does not.
 *
 * @throws TypeError where a client stands beside several issuers, or something of sessions without one
 */
export function splitOptions(options: VerifierOptions & PeopleOptions): SplitOptions {
  const { session, router, nativeClients, issuers, ...rest } = options;
  const { own, others } = split(rest);
  const misplaced = issuers && clientNames.find((name) => own[name] !== undefined);
  if (misplaced !== undefined) {
    throw new TypeError(
      `sallyport: \`${misplaced}\` belongs into each of the \`issuers\` that people sign in at`,
    );
  }
  // What is no object is refused by who reads issuers.
  const parts = issuers?.map((issuer) =>
    isPlainObject(issuer) ? split(issuer as IssuerOptions & ClientOptions) : { own: {}, others: issuer },
  );
  const clients: readonly ClientOptions[] = parts ? parts.map((part) => part.own) : [own];
  for (const client of clients) {
    const given = clientNames.find((name) => client[name] !== undefined);
    if (given !== undefined && client.clientId === undefined) {
      throw new TypeError(
        `sallyport: \`${given}\` needs \`clientId\`: this application's client at the provider`,
      );
    }
  }
  const signsIn = clients.some(({ clientId }) => clientId !== undefined);
  if (signsIn && session === undefined) {
    throw new TypeError(
      "sallyport: `clientId` needs `session`: { secret }, which `openssl rand -base64 48` makes; of an API alone, leave `clientId` out",
    );
  }
  for (const [name, value] of Object.entries({ session, router, nativeClients })) {
    if (value !== undefined && !signsIn) {
      throw new TypeError(
        `sallyport: \`${name}\` needs \`clientId\`: this application's client at the provider`,
      );
    }
  }
  return {
    verifier: { ...others, ...(parts && { issuers: parts.map((part) => part.others) }) },
    clients,
    session,
    router,
    nativeClients,
  };
}

function split<Options extends object>(options: Options) {
  const entries = Object.entries(options);
  const isClients = ([name]: [string, unknown]) => (clientNames as string[]).includes(name);
  return {
    own: Object.fromEntries(entries.filter(isClients)) as ClientOptions,
    others: Object.fromEntries(entries.filter((entry) => !isClients(entry))) as Omit<
      Options,
      keyof ClientOptions
    >,
  };
}
