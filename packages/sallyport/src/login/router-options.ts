// Where the router's endpoints are: the type for users, and a row each for the check and the docs.
import type { EndpointName } from "../http/index.ts";
import { isPlainObject, type OptionTable } from "../options.ts";

/** Where the router's endpoints are. */
export interface RouterOptions {
  /** What stands before every path, where the router is mounted below the public URL. Default: none. */
  readonly basePath?: string;
  /** Other paths; `false` takes an endpoint out. */
  readonly paths?: Readonly<Partial<Record<EndpointName, string | false>>>;
}

/** Where endpoints are if nothing else is said. */
export const defaultPaths = {
  login: "/auth/v2/login",
  callback: "/auth/v2/callback",
  token: "/auth/v2/token",
  device: "/auth/v2/device",
  logout: "/auth/v2/logout",
  userinfo: "/auth/v2/userinfo",
  backchannelLogout: "/auth/v2/backchannel-logout",
  frontchannelLogout: "/auth/v2/frontchannel-logout",
  session: "/auth/v2/session",
} as const satisfies Record<EndpointName, string>;

/** Segments of unreserved characters (RFC 3986 §2.3): a path that every framework and browser reads alike. */
export const isPath = (value: unknown): value is string =>
  typeof value === "string" && /^(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(value);
const pathTakes = "a path with a slash in front and none behind, of letters, digits and -._~";
const names = Object.keys(defaultPaths);

function arePaths(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const given = Object.entries(value).filter(([, path]) => path !== undefined);
  if (!given.every(([name, path]) => names.includes(name) && (path === false || isPath(path)))) return false;
  const all = Object.values<unknown>({ ...defaultPaths, ...Object.fromEntries(given) }).filter(
    (path) => path !== false,
  );
  return new Set(all).size === all.length;
}

/** Rows of {@link RouterOptions}. */
export const routerTable = {
  basePath: {
    check: (value) => value === "" || isPath(value),
    takes: pathTakes,
    doc: "What stands before every path of the router: where it is mounted.",
    default: "none",
  },
  paths: {
    check: arePaths,
    takes: `an object from ${names.join(", ")} to ${pathTakes}, each another, or false`,
    doc: "Other paths for the router's endpoints; `false` takes one out.",
    default: "`/auth/v2/login` and so on",
  },
} as const satisfies OptionTable;
