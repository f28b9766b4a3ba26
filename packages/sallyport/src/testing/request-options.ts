// What a fake issuer may be told: a row each. A test that misspells a role would otherwise pass for the wrong reason.
import {
  checkOptions,
  isFunction,
  isPlainObject,
  isText,
  isTextOrList,
  type OptionTable,
} from "../options.ts";
import { testAlgorithms } from "./sign.ts";
import { tokenShapes } from "./token-shapes.ts";

const isString = (value: unknown) => typeof value === "string";
const isList = (value: unknown) => Array.isArray(value) && value.every(isString);
const kinds: readonly unknown[] = ["user", "service", "workload"];

const text = (doc: string) => ({ check: isString, takes: "a string", doc });
const list = (doc: string) => ({ check: isList, takes: "a list of strings", doc });
const members = (doc: string) => ({ check: isPlainObject, takes: "an object", doc });
const seconds = (doc: string) => ({
  check: (value: unknown) => Number.isFinite(value),
  takes: "a number of seconds",
  doc,
});
const audience = {
  check: isTextOrList,
  takes: "a text or a non-empty list of texts",
  doc: "The API that tokens are for.",
};
const kind = {
  check: (value: unknown) => kinds.includes(value),
  takes: "user, service or workload",
  doc: "Who is calling.",
};

const tokenTable = {
  subject: text("Who the token is about."),
  roles: list("Their roles."),
  scopes: list("What the client may do."),
  groups: list("Their groups."),
  permissions: list("Their permissions."),
  username: text("Their name."),
  clientId: text("The client that got the token."),
  kind,
  audience,
  expiresInSeconds: seconds("How long the token lives; negative for one that has expired."),
  claims: members("Claims as they stand."),
} as const satisfies OptionTable;
const withHeader = { ...tokenTable, header: members("Header members as they stand.") } as const;

const tables = {
  fakeIssuer: {
    audience,
    preset: {
      check: (value) => isText(value) && Object.hasOwn(tokenShapes, value),
      takes: `one of ${Object.keys(tokenShapes).join(", ")}`,
      doc: "Whose tokens these look like.",
    },
    issuer: { check: isText, takes: "a URL", doc: "The issuer's URL." },
    algorithm: {
      check: (value) => testAlgorithms.includes(value as never),
      takes: `one of ${testAlgorithms.join(", ")}`,
      doc: "What signs.",
    },
    kind,
    lifetimeSeconds: seconds("How long tokens live."),
    clock: {
      check: (value) => isPlainObject(value) && isFunction(value.now),
      takes: "what createTestClock() returns",
      doc: "A clock to share.",
    },
  },
  token: withHeader,
  signIn: (({ kind: _kind, clientId: _clientId, ...person }) => ({
    ...person,
    loginPath: text("Where the application's router begins a sign-in."),
  }))(tokenTable),
  logoutToken: { subject: text("Who is signed out."), sid: text("The provider's session.") },
  opaqueToken: { ...tokenTable, prefix: text("What the token begins with.") },
  dpop: {
    ...withHeader,
    method: text("The request's method."),
    url: text("The request's URL."),
    nonce: text("The server's nonce."),
    key: { check: isPlainObject, takes: "what createDpopKey() resolves to", doc: "The key of the proof." },
    token: text("A bound token that there is already."),
  },
} as const satisfies Record<string, OptionTable>;

/**
 * Checks what a function of `sallyport/testing` was given.
 *
 * @throws TypeError naming the option and what it takes, or the one that was probably meant
 */
export function checkRequest(
  what: keyof typeof tables,
  first: unknown,
  others: readonly unknown[] = [],
  where: string = what,
): void {
  if (first !== undefined) checkOptions(where, first, tables[what]);
  // What `map` passes besides is no object.
  if (others.some(isPlainObject)) throw new TypeError(`${where} takes one object: put everything into it`);
}
