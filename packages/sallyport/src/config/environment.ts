// The environment → options, by the rooms' own option tables. Nothing is read from a `.env` file: that is the application's.
import { nearest, nearWord, type OptionRow, type OptionTable } from "../options.ts";
import { type PeopleOptions, peopleOptionTable } from "../people-options.ts";
import { presets, type VerifierOptions, verifierOptionTable } from "../verify/index.ts";
import { type Environment, NoFiles, type ReadFile, readVariable } from "./variables.ts";

export type { Environment } from "./variables.ts";

/** What {@link configFromEnvironment} needs beside the variables. */
export interface EnvironmentDeps {
  /** Reads the file that a `…_FILE` variable names. Default: `node:fs`, where the runtime has it. */
  readonly readFile?: (path: string) => string;
}

/** Variables with a meaning beyond one option, for the reference page. */
export const extraVariables = [
  {
    name: "OAUTH2_CLIENT_ID",
    doc: "Entra ID only, where no audience is set: the API's application (client) id. Accepted are the id itself (v2 tokens) and `api://<id>` (v1 tokens). Ignored for every other issuer.",
  },
] as const;

/**
 * Reads the options from environment variables; the reference page lists them. Those of people who sign in are read where
 * `SESSION_SECRET` is set. An empty variable is an unset
 * one, and `<NAME>_FILE` names a file that holds the value.
 *
 * @throws TypeError where a variable has a wrong form, contradicts another, or a needed one is missing; the sentence
 * names the variable, never its value
 */
export function configFromEnvironment(
  env: Environment = processEnvironment(),
  { readFile = readFileDefault }: EnvironmentDeps = {},
): VerifierOptions & PeopleOptions {
  const config: VerifierOptions & PeopleOptions = {
    ...readTable(verifierOptionTable, env, readFile),
    ...readPeople(env, readFile),
  };
  requireIssuer(config, env);
  // An application that people sign in to may take no access tokens at all.
  if (config.audience !== undefined || config.session !== undefined) return config;
  const audience = isEntra(config) ? audienceFromClientId(env, readFile) : undefined;
  if (audience === undefined) {
    const orClientId = isEntra(config) ? ", or OAUTH2_CLIENT_ID" : "";
    throw new TypeError(
      `The environment names no audience: set OIDC_AUDIENCE or OAUTH2_AUDIENCE${orClientId} to the identifier of this API${almost(env, verifierOptionTable.audience)}${orPeople(env, readFile)}`,
    );
  }
  return { ...config, audience };
}

/** Of people who sign in, where there is a secret for their sessions: a client's id alone may be there for something else. */
function readPeople(env: Environment, readFile: ReadFile): PeopleOptions {
  const { secret } = peopleOptionTable.session.members;
  return readOption(secret, env, readFile) ? readTable(peopleOptionTable, env, readFile) : {};
}

/** Who forgot the secret alone is not after an audience. */
function orPeople(env: Environment, readFile: ReadFile): string {
  const found = readOption(peopleOptionTable.clientId, env, readFile);
  return found
    ? `; or, where people sign in, SESSION_SECRET to a random secret beside ${found.variable} (\`openssl rand -base64 48\` makes one)`
    : "";
}

/** The options of a table that the environment sets; an option that is an object of options where any of those is set. */
function readTable(table: OptionTable, env: Environment, readFile: ReadFile): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    if (row.members) {
      const members = readTable(row.members, env, readFile);
      if (Object.keys(members).length > 0) options[name] = members;
      continue;
    }
    const found = readOption(row, env, readFile);
    if (found) options[name] = found.value;
  }
  return options;
}

/** An option's value, and the variable that sets it. */
export interface Found {
  readonly variable: string;
  readonly value: unknown;
}

/**
 * What the environment says of one option; `undefined` where none of its variables is set.
 *
 * @throws TypeError as {@link configFromEnvironment}
 */
export function readOption(row: OptionRow, env: Environment, readFile: ReadFile): Found | undefined {
  let found: Found | undefined;
  for (const variable of row.env ?? []) {
    const text = readVariable(variable, env, readFile);
    if (text === undefined) continue;
    const value = parseValue(variable, text, row);
    found ??= { variable, value };
    if (JSON.stringify(found.value) !== JSON.stringify(value)) {
      throw new TypeError(
        `${found.variable} and ${variable} have different values for the same option: leave one out`,
      );
    }
  }
  return found;
}

function parseValue(variable: string, text: string, row: OptionRow): unknown {
  // A stray line ending would stay in an issuer's name for ever, where nobody sees it.
  if (!row.parse && !row.secret && text !== text.trim()) {
    throw new TypeError(`${variable} begins or ends with white space: remove it`);
  }
  // A shell takes them away, and an env file of Docker's does not.
  if (!row.secret && /^(["']).*\1$/.test(text)) {
    throw new TypeError(`${variable} is in quotation marks, which are part of the value here: remove them`);
  }
  const value = row.parse ? row.parse(text) : text;
  if (row.check(value)) return value;
  throw new TypeError(
    `${variable} takes ${row.takes}${Array.isArray(value) ? ", separated by commas or spaces" : ""}${nearWord(value, row)}`,
  );
}

function requireIssuer({ issuer, tenantId, tenants, preset }: VerifierOptions, env: Environment): void {
  if ((issuer ?? tenantId ?? tenants) !== undefined) return;
  if (typeof preset === "string" && presets[preset].issuer !== undefined) return;
  throw new TypeError(
    `The environment names no issuer: set OIDC_ISSUER (or OAUTH2_ISSUER; for Entra ID OAUTH2_TENANT_ID is enough) and OIDC_AUDIENCE, or give sallyport() its options${almost(env, verifierOptionTable.issuer)}`,
  );
}

/** A variable that is set, and was probably meant to name the option: an empty one, or one of another name. */
function almost(env: Environment, { env: variables = [] }: OptionRow): string {
  const empty = variables.find((variable) => env[variable] !== undefined);
  if (empty !== undefined) return ` (${empty} is set, but empty)`;
  const others = Object.keys(env).filter((name) => /^(OIDC|OAUTH2?|AUTH)_/.test(name) && env[name]?.trim());
  const near = variables.map((variable) => nearest(variable, others)).find((name) => name !== undefined);
  return near === undefined ? "" : ` (${near} is set, which is not read)`;
}

function isEntra({ preset, issuer, tenantId, tenants }: VerifierOptions): boolean {
  if (preset !== undefined) return preset === "entra";
  if (issuer === undefined) return (tenantId ?? tenants) !== undefined;
  return presets.entra.issuerHost?.test(new URL(issuer).hostname) ?? false;
}

// Entra ID writes the application's id into v2 tokens, and its default identifier URI, `api://<id>`, into v1 tokens;
// which of the two an API gets is a line in its manifest that few have seen.
export function audienceFromClientId(env: Environment, readFile: ReadFile): readonly string[] | undefined {
  const id = readVariable("OAUTH2_CLIENT_ID", env, readFile);
  if (id === undefined) return undefined;
  if (/\s/.test(id)) throw new TypeError("OAUTH2_CLIENT_ID takes one application (client) id");
  return [id, `api://${id}`];
}

interface ProcessLike {
  readonly env?: Environment;
  readonly getBuiltinModule?: (name: string) => unknown;
}

// No Node types in here: other runtimes have `process`, or part of it, or nothing.
function runtimeProcess(): ProcessLike | undefined {
  return (globalThis as { readonly process?: ProcessLike }).process;
}

/** The process's own environment, where the runtime has one. */
export function processEnvironment(): Environment {
  return runtimeProcess()?.env ?? {};
}

/** Reads a file where the runtime has files. */
export function readFileDefault(path: string): string {
  const fs = runtimeProcess()?.getBuiltinModule?.("node:fs") as
    | { readonly readFileSync?: (path: string, encoding: "utf8") => string }
    | undefined;
  if (!fs?.readFileSync) throw new NoFiles();
  return fs.readFileSync(path, "utf8");
}
