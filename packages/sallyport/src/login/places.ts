// Where this application is to browsers, and where its endpoints are below that.
import type { EndpointName } from "../http/index.ts";
import { checkOptions } from "../options.ts";
import { requireHttps } from "../verify/index.ts";
import type { LoginSettings } from "./contract.ts";
import { defaultPaths, routerTable } from "./router-options.ts";

/** Every endpoint's path below the router, or `false`. */
export type Paths = Readonly<Record<EndpointName, string | false>>;

/** @throws TypeError where it does not follow from the settings */
export function placesOf({ publicUrl, clients, router = {} }: LoginSettings) {
  if (clients.length === 0) throw new TypeError("Signing people in needs a client: `clientId`");
  checkOptions("router", router, routerTable);
  const url = publicUrl ?? originOf(clients[0]?.login?.redirectUri);
  if (url === undefined) {
    throw new TypeError("Signing people in needs `publicUrl`: a request's `Host` is never believed");
  }
  requireHttps(url, "publicUrl", { insecureAllowLoopback: true }, "sallyport");
  const base = url.replace(/\/+$/, "");
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
    basePath: router.basePath ?? "",
    paths,
  };
}

function originOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).origin;
}
