// The environment → options. The library's own variables (docs/configuration.md), and four more.
import { randomBytes } from "node:crypto";
import { configFromEnvironment } from "sallyport";
import type { SallyportOptions } from "sallyport/fastify";

export interface Settings {
  readonly port: number;
  /** An API that is called in the name of who signed in. */
  readonly resource: string | undefined;
  readonly options: SallyportOptions;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `PORT`, `RESOURCE_URL`, and, where they are left out, what follows from others: `SESSION_SECRET` is a random one, and
 * `OIDC_PUBLIC_URL` the origin of `OIDC_REDIRECT_URI`, whose path is the callback's.
 *
 * @throws TypeError naming the variable and what it takes
 */
export function readSettings(env: Environment): Settings {
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError("PORT takes a number from 0 to 65535");
  }
  const redirectUri = env.OIDC_REDIRECT_URI || `http://localhost:${port}/auth/v2/callback`;
  if (!URL.canParse(redirectUri)) throw new TypeError("OIDC_REDIRECT_URI takes the URL of the callback");
  const { origin, pathname, protocol } = new URL(redirectUri);
  const config = configFromEnvironment({
    ...env,
    SESSION_SECRET: env.SESSION_SECRET || randomBytes(48).toString("base64"),
    OIDC_REDIRECT_URI: redirectUri,
    OIDC_PUBLIC_URL: env.OIDC_PUBLIC_URL || env.OAUTH2_PUBLIC_URL || origin,
  });
  return {
    port,
    resource: env.RESOURCE_URL || undefined,
    options: {
      ...config,
      // On this machine, http will do.
      insecureAllowLoopback: config.insecureAllowLoopback ?? protocol === "http:",
      router: { paths: { callback: pathname } },
    },
  };
}
