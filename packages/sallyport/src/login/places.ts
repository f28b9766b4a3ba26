// Where this application is to browsers, and where its endpoints are below that.
import type { EndpointName } from "../http/index.ts";
import { checkOptions, isUrl } from "../options.ts";
import { requireHttps } from "../verify/index.ts";
import type { LoginSettings } from "./contract.ts";
import { defaultPaths, routerTable } from "./router-options.ts";

/** Every endpoint's path below the router, or `false`. */
export type Paths = Readonly<Record<EndpointName, string | false>>;

/** @throws TypeError where it does not follow from the settings */
export function placesOf({ publicUrl, clients, router = {} }: LoginSettings) {
  if (clients.length === 0) throw new TypeError("Signing people in needs a client: `clientId`");
  checkOptions("router", router, routerTable);
  const base = publicUrlOf({ publicUrl, clients });
  const given = Object.fromEntries(
    Object.entries(router.paths ?? {}).filter(([, path]) => path !== undefined),
  );
  const paths: Paths = { ...defaultPaths, ...given };
  for (const name of ["login", "callback"] as const) {
    if (paths[name] === false)
      throw new TypeError(`router: \`paths.${name}\` takes a path: without it nobody can sign in`);
  }
  const { pathname } = new URL(base);
  return {
    base: { url: base, path: pathname === "/" ? "" : pathname },
    /** `undefined` where the framework may tell. */
    basePath: router.basePath,
    paths,
  };
}

/**
 * The URL under which browsers reach the application's `/`, without a slash at its end: `publicUrl`, or else where the first
 * client's callback is.
 *
 * @throws TypeError where neither says, or it may not be http
 */
export function publicUrlOf({ publicUrl, clients }: Pick<LoginSettings, "publicUrl" | "clients">): string {
  const url = publicUrl ?? originOf(clients[0]?.login?.redirectUri);
  if (url === undefined) {
    throw new TypeError(
      "Signing people in needs `publicUrl` (OIDC_PUBLIC_URL), the application's address in browsers, such as https://app.example.com: a request's `Host` is never believed",
    );
  }
  requireHttps(url, "publicUrl", { insecureAllowLoopback: true }, "sallyport");
  return url.replace(/\/+$/, "");
}

/** What is no URL is refused where the option is checked. */
function originOf(url: unknown): string | undefined {
  return isUrl(url) ? new URL(url).origin : undefined;
}
