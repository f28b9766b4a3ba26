// The environment → options, by the rooms' own option tables. Nothing is read from a `.env` file: that is the application's.
import type { OptionRow } from "../options.ts";
import { presets, type VerifierOptions, verifierOptionTable } from "../verify/index.ts";

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
 * Reads the verifier's options from environment variables; the reference page lists them. An empty variable is an unset
 * one, and `<NAME>_FILE` names a file that holds the value.
 *
 * @throws TypeError where a variable has a wrong form, contradicts another, or a needed one is missing; the sentence
 * names the variable, never its value
 */
export function configFromEnvironment(
  env: Environment = processEnvironment(),
  { readFile = readFileDefault }: EnvironmentDeps = {},
): VerifierOptions {
  const options: Record<string, unknown> = {};
  for (const [name, row] of Object.entries<OptionRow>(verifierOptionTable)) {
    const value = readOption(row, env, readFile);
    if (value !== undefined) options[name] = value;
  }
  const config = options as VerifierOptions;
  requireIssuer(config);
  if (config.audience !== undefined) return config;
  const audience = isEntra(config) ? audienceFromClientId(env, readFile) : undefined;
  if (audience === undefined) {
    const orClientId = isEntra(config) ? ", or OAUTH2_CLIENT_ID" : "";
    throw new TypeError(
      `The environment names no audience: set OIDC_AUDIENCE or OAUTH2_AUDIENCE${orClientId} to the identifier of this API`,
    );
  }
  return { ...config, audience };
}

/** The value of an option; `undefined` where none of its variables is set. */
function readOption(row: OptionRow, env: Environment, readFile: ReadFile): unknown {
  let found: { variable: string; value: unknown } | undefined;
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
  return found?.value;
}

function parseValue(variable: string, text: string, row: OptionRow): unknown {
  // A stray line ending would stay in an issuer's name for ever, where nobody sees it.
  if (!row.parse && !row.secret && text !== text.trim()) {
    throw new TypeError(`${variable} begins or ends with white space: remove it`);
  }
  const value = row.parse ? row.parse(text) : text;
  if (row.check(value)) return value;
  throw new TypeError(
    `${variable} takes ${row.takes}${Array.isArray(value) ? ", separated by commas or spaces" : ""}`,
  );
}

type ReadFile = (path: string) => string;

/** The text of a variable or of the file that `<NAME>_FILE` names. */
function readVariable(variable: string, env: Environment, readFile: ReadFile): string | undefined {
  const text = env[variable] || undefined;
  const path = env[`${variable}_FILE`] || undefined;
  if (path === undefined) return text?.trim() ? text : undefined;
  if (text !== undefined) throw new TypeError(`${variable} and ${variable}_FILE exclude each other`);
  let content: string;
  try {
    content = readFile(path);
  } catch (cause) {
    if (cause instanceof NoFiles)
      throw new TypeError(`${variable}_FILE cannot be used: this runtime has no files; set ${variable}`);
    const code = (cause as { code?: unknown } | null)?.code;
    const why = typeof code === "string" && /^E[A-Z]+$/.test(code) ? ` (${code})` : "";
    throw new TypeError(`${variable}_FILE names a file that cannot be read${why}`);
  }
  const value = content.replace(/\r?\n$/, "");
  if (value.trim() === "") throw new TypeError(`${variable}_FILE names a file that is empty`);
  return value;
}

function requireIssuer({ issuer, tenantId, tenants, preset }: VerifierOptions): void {
  if ((issuer ?? tenantId ?? tenants) !== undefined) return;
  if (typeof preset === "string" && presets[preset].issuer !== undefined) return;
  throw new TypeError(
    "The environment names no issuer: set OIDC_ISSUER (or OAUTH2_ISSUER; for Entra ID OAUTH2_TENANT_ID is enough) and OIDC_AUDIENCE, or give sallyport() its options",
  );
}

function isEntra({ preset, issuer, tenantId, tenants }: VerifierOptions): boolean {
  if (preset !== undefined) return preset === "entra";
  if (issuer === undefined) return (tenantId ?? tenants) !== undefined;
  return presets.entra.issuerHost?.test(new URL(issuer).hostname) ?? false;
}

// Entra ID writes the application's id into v2 tokens, and its default identifier URI, `api://<id>`, into v1 tokens;
// which of the two an API gets is a line in its manifest that few have seen.
function audienceFromClientId(env: Environment, readFile: ReadFile): readonly string[] | undefined {
  const id = readVariable("OAUTH2_CLIENT_ID", env, readFile);
  if (id === undefined) return undefined;
  if (/\s/.test(id)) throw new TypeError("OAUTH2_CLIENT_ID takes one application (client) id");
  return [id, `api://${id}`];
}

class NoFiles extends Error {}

interface ProcessLike {
  readonly env?: Environment;
  readonly getBuiltinModule?: (name: string) => unknown;
}

// No Node types in here: other runtimes have `process`, or part of it, or nothing.
function runtimeProcess(): ProcessLike | undefined {
  return (globalThis as { readonly process?: ProcessLike }).process;
}

function processEnvironment(): Environment {
  return runtimeProcess()?.env ?? {};
}

function readFileDefault(path: string): string {
  const fs = runtimeProcess()?.getBuiltinModule?.("node:fs") as
    | { readonly readFileSync?: (path: string, encoding: "utf8") => string }
    | undefined;
  if (!fs?.readFileSync) throw new NoFiles();
  return fs.readFileSync(path, "utf8");
}
