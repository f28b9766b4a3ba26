// What examples that people sign in to begin with: settings from the environment, and a provider where it names none.
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { seededClients, startDevIdp } from "@sallyport/dev-idp";
import { configFromEnvironment } from "sallyport";
import type { SallyportOptions } from "sallyport/fetch";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where an example runs, and whom it trusts. */
export interface Setup {
  readonly host: string;
  readonly port: number;
  /** As browsers see it. */
  readonly url: string;
  readonly options: SallyportOptions;
  /** A line about the provider, for whoever starts the example. */
  readonly provider: string;
  close(): Promise<void>;
}

const host = "127.0.0.1";
const issuerNames = ["OIDC_ISSUER", "OAUTH2_ISSUER", "OIDC_TENANT_ID", "OAUTH2_TENANT_ID"];

/**
 * Reads `PORT` (3000, or a free one where it is taken), `TOKEN_SECONDS`, and the library's own variables. Where none of these names
 * an issuer, the development provider is started, with access tokens that live for `TOKEN_SECONDS`: a minute, to watch their renewal.
 *
 * @param name of the example's cookie: cookies don't know ports, and several examples may run on one machine
 * @throws TypeError naming a variable and what it takes
 */
export async function setUp(name: string, env: Environment = process.env): Promise<Setup> {
  const port = await freePort(wholeNumber(env, "PORT", 3000, 65_535));
  const accessTokenSeconds = wholeNumber(env, "TOKEN_SECONDS", 60, 86_400);
  const url = env.OIDC_PUBLIC_URL || `http://${host}:${port}`;
  const idp = issuerNames.some((issuer) => env[issuer])
    ? undefined
    : await startDevIdp({
        accessTokenSeconds,
        clients: seededClients.map((client) =>
          client.id === "web"
            ? { ...client, backchannelLogoutUri: `${url}/auth/v2/backchannel-logout` }
            : client,
        ),
      });
  const options = configFromEnvironment({
    SESSION_SECRET: randomBytes(48).toString("base64"),
    SESSION_COOKIE_NAME: name,
    OIDC_PUBLIC_URL: url,
    // On this machine, http will do.
    OIDC_INSECURE_ALLOW_LOOPBACK: String(url.startsWith("http:")),
    ...given(env),
    ...(idp && {
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: idp.audience,
      OIDC_CLIENT_ID: "web",
      OIDC_CLIENT_SECRET: "web-secret",
    }),
  });
  const people = idp?.people.map(({ username }) => username).join(", ");
  return {
    host,
    port,
    url,
    options,
    provider: idp ? `${idp.issuer}   people: ${people}` : "the one that the environment names",
    close: async () => idp?.close(),
  };
}

function wholeNumber(env: Environment, name: string, otherwise: number, most: number): number {
  const value = Number(env[name] || otherwise);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new TypeError(`${name} takes a number from 0 to ${most}`);
}

/** What is empty is left out. */
function given(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value));
}

/** The wanted port, or a free one where it is taken: the application's own address is part of its configuration. */
function freePort(first: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      freePort(0).then(resolve, reject);
    });
    probe.listen({ host, port: first }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : first));
    });
  });
}
