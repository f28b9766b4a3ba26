// What is wrong with the options, in the words of who wrote them: the function that was called, the variables that were set.

import type { OptionRow, OptionTable } from "../options.ts";
import { quietly } from "../quietly.ts";
import { type VerifierOptions, verifierOptionTable } from "../verify/index.ts";
import {
  audienceFromClientId,
  type EnvironmentDeps,
  processEnvironment,
  readFileDefault,
  readOption,
} from "./environment.ts";
import { type Environment, readVariable } from "./variables.ts";

/** Who called, and with what. */
export interface Call {
  /** Begins the sentence in place of `createVerifier`, which nobody called. */
  readonly name: string;
  /** What was judged. */
  readonly options: VerifierOptions;
  /** Whether all of it was read from the environment. */
  readonly fromEnvironment: boolean;
}

/** Runs `work`; a TypeError about options is thrown again in the caller's words. */
export function inCallersWords<Result>(
  call: Call,
  work: () => Result,
  env: Environment = processEnvironment(),
  deps: EnvironmentDeps = {},
): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const own = error.message.replace(/^createVerifier\b/, call.name);
    const sentence = `${withVariables(own, call, env, deps)}${unreadHint(own, call, env, deps)}`;
    // What has nothing to say of an option may be a mistake of ours, whose stack is worth more.
    throw sentence === error.message ? error : new TypeError(sentence);
  }
}

/** Names the variable beside each option that it set, or, where all came from the environment, that would set it. */
function withVariables(sentence: string, call: Call, env: Environment, deps: EnvironmentDeps): string {
  const named = new Set<string>();
  return sentence.replace(/`(\w+)`/g, (quoted, name: string) => {
    const member = memberOf(sentence, name);
    if (named.has(name) || !(member || Object.hasOwn(verifierOptionTable, name))) return quoted;
    named.add(name);
    const variable = member
      ? memberVariable(member, call)
      : variableOf(name as keyof VerifierOptions, call, env, deps);
    return variable === undefined ? quoted : `${quoted} (${variable})`;
  });
}

/** The row that a sentence about the members of an option means: "`introspection`: `clientId` …". */
function memberOf(sentence: string, name: string): OptionRow | undefined {
  const members: OptionTable = verifierOptionTable.introspection.members;
  return sentence.includes(": `introspection`: ") && Object.hasOwn(members, name) ? members[name] : undefined;
}

function memberVariable({ env }: OptionRow, { fromEnvironment }: Call): string | undefined {
  return fromEnvironment ? env?.[0] : undefined;
}

function variableOf(name: keyof VerifierOptions, call: Call, env: Environment, deps: EnvironmentDeps) {
  const value = call.options[name];
  const row: OptionRow = verifierOptionTable[name];
  if (value === undefined) return call.fromEnvironment ? row.env?.[0] : undefined;
  const found = lookUp(name, env, deps) ?? (name === "audience" ? lookUpClientId(env, deps) : undefined);
  return found && JSON.stringify(found.value) === JSON.stringify(value) ? found.variable : undefined;
}

/** Options given in code switch the environment off: who has both set is told so, where something is missing. */
function unreadHint(
  sentence: string,
  { fromEnvironment }: Call,
  env: Environment,
  deps: EnvironmentDeps,
): string {
  const missing = /`(issuer|audience|tenants)` is missing/.exec(sentence)?.[1];
  if (missing === undefined || fromEnvironment) return "";
  const names =
    missing === "audience" ? (["audience"] as const) : (["issuer", "tenantId", "tenants"] as const);
  const found = names.map((name) => lookUp(name, env, deps)).find((one) => one !== undefined);
  if (!found) return "";
  return `; ${found.variable} is set, but the environment is read only by sallyport() without options: leave them out, or give { ...configFromEnvironment(), … }`;
}

function lookUp(
  name: keyof VerifierOptions,
  env: Environment,
  { readFile = readFileDefault }: EnvironmentDeps,
) {
  // What is wrong with the environment itself is not what is to be told of here.
  return quietly(() => {
    const found = readOption(verifierOptionTable[name], env, readFile);
    if (!found) return undefined;
    const file = readVariable(found.variable, { ...env, [`${found.variable}_FILE`]: undefined }, readFile);
    return { ...found, variable: file === undefined ? `${found.variable}_FILE` : found.variable };
  });
}

function lookUpClientId(env: Environment, { readFile = readFileDefault }: EnvironmentDeps) {
  const value = quietly(() => audienceFromClientId(env, readFile));
  return value && { variable: "OAUTH2_CLIENT_ID", value };
}
