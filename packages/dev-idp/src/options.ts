// The options of `startDevIdp`, checked and filled in from the file and the defaults.
import { type Client, seededClients } from "./clients.ts";
import type { DirectoryOptions } from "./directory.ts";
import { type SigningAlgorithm, signingAlgorithms } from "./keys.ts";
import { type Person, seededPeople } from "./people.ts";
import { type TokenFormat, tokenFormats } from "./token-request.ts";

export interface DevIdpOptions extends DirectoryOptions {
  /** The port on 127.0.0.1. Default 0: a free one. */
  port?: number;
  /** A JSON file with `people`, `clients`, `audience` and `otherAudiences`; options given here win over it. */
  file?: string;
  /** How long access tokens live. Default 3600. */
  accessTokenSeconds?: number;
  /** Whether access tokens are JWTs or opaque. Default jwt. */
  accessTokenFormat?: TokenFormat;
  /** What tokens are signed with. Default RS256. */
  algorithm?: SigningAlgorithm;
  /** The clock that tokens are dated by, in milliseconds. Sessions, codes and refresh tokens keep the machine's. */
  now?: () => number;
  /** Say nothing on stderr when something fails inside. Default false. */
  quiet?: boolean;
}

export interface Settings {
  port: number;
  people: readonly Person[];
  clients: readonly Client[];
  audiences: readonly string[];
  accessTokenSeconds: number;
  accessTokenFormat: TokenFormat;
  algorithm: SigningAlgorithm;
  now: (() => number) | undefined;
  quiet: boolean;
}

const optionNames =
  "port people clients audience otherAudiences file accessTokenSeconds accessTokenFormat algorithm now quiet";
const known = new Set(optionNames.split(" "));

/** Checks the options and reads the file. Rejects with a `TypeError` whose sentence names the option and what it takes. */
export async function resolveOptions(options: DevIdpOptions): Promise<Settings> {
  for (const name of Object.keys(options)) {
    if (!known.has(name))
      throw new TypeError(`startDevIdp has no option "${name}"; it takes ${[...known].join(", ")}`);
  }
  const { port = 0, file, accessTokenSeconds = 3600, algorithm = "RS256", now, quiet = false } = options;
  const { accessTokenFormat = "jwt" } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TypeError("port takes a whole number from 0 (any free port) to 65535");
  }
  if (!Number.isInteger(accessTokenSeconds) || accessTokenSeconds < 1) {
    throw new TypeError("accessTokenSeconds takes a whole number of seconds, 1 or more");
  }
  if (!tokenFormats.includes(accessTokenFormat)) {
    throw new TypeError(`accessTokenFormat takes ${tokenFormats.join(" or ")}`);
  }
  if (!signingAlgorithms.includes(algorithm)) {
    throw new TypeError(`algorithm takes one of ${signingAlgorithms.join(", ")}`);
  }
  const { people, clients, audience, otherAudiences } = await resolveDirectory(options, file);
  return {
    port,
    people: people ?? seededPeople,
    clients: clients ?? seededClients,
    audiences: [...new Set([audience ?? "my-api", ...(otherAudiences ?? [])])],
    accessTokenSeconds,
    accessTokenFormat,
    algorithm,
    now,
    quiet,
  };
}

async function resolveDirectory(options: DevIdpOptions, file: string | undefined): Promise<DirectoryOptions> {
  const { people, clients, audience, otherAudiences } = options;
  const given = Object.fromEntries(
    Object.entries({ people, clients, audience, otherAudiences }).filter(([, value]) => value !== undefined),
  );
  // The seeded people and clients need no checking, and a start without any of its own no schema library.
  if (file === undefined && Object.keys(given).length === 0) return {};
  const { parseDirectory, readDirectoryFile } = await import("./directory-file.ts");
  return {
    ...(file === undefined ? {} : await readDirectoryFile(file)),
    ...parseDirectory(given, "startDevIdp"),
  };
}
