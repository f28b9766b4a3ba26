// A preset of the user's own is checked as strictly as ours are tested.
import { isPlainObject, nearest } from "../../options.ts";
import { algorithmRow } from "../keys/algorithms.ts";
import type { Preset } from "./preset.ts";
import { deepFreeze, plain } from "./presets.ts";

const pathLists = [
  "audience",
  "userId",
  "clientId",
  "scopes",
  "roles",
  "groups",
  "permissions",
  "username",
  "tokenId",
] as const;

const presetMembers: readonly string[] = [
  ...pathLists,
  "name",
  "documentation",
  "issuerHost",
  "issuerPath",
  "issuer",
  "issuerAliases",
  "algorithms",
  "headerTypes",
  "required",
  "hints",
  "accept",
  "refuse",
  "kinds",
  "scopeList",
  "singleAudience",
  "authorizationServer",
  "tenancy",
];

const isText = (value: unknown) => typeof value === "string" && value !== "";
const isList = (value: unknown, of: (one: unknown) => boolean) =>
  Array.isArray(value) && value.length > 0 && value.every(of);

/** What stands beside `claim` in a condition. */
const operators: Readonly<Record<string, (value: unknown) => boolean>> = {
  present: (value) => typeof value === "boolean",
  equals: (value) => value !== undefined,
  oneOf: (value) => isList(value, (one) => one !== undefined),
  startsWith: isText,
  endsWith: isText,
  type: (value) => ["string", "list", "object", "one"].includes(value as string),
  template: isText,
  from: (value) => isList(value, isPath),
  includes: isPath,
};

function isCondition(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const { claim, ...rest } = value;
  const names = Object.keys(rest);
  const [name = ""] = names;
  if (claim === undefined)
    return names.length === 1 && /^(any|all)Of$/.test(name) && isList(rest[name], isCondition);
  const pair = names.length === 2 && names.includes("template") && names.includes("from");
  if (!isPath(claim) || !(names.length === 1 || pair) || (!pair && /^(template|from)$/.test(name)))
    return false;
  return names.every((one) => Object.hasOwn(operators, one) && operators[one]?.(rest[one]) === true);
}

function isPath(path: unknown): boolean {
  return isList(path, isText);
}

/**
 * Checks a preset of the user's own: it must be as strict as ours.
 *
 * @throws TypeError
 */
export function checkPreset(preset: Preset, where: string): Preset {
  const list = (value: unknown) => Array.isArray(value) && value.length > 0;
  if (typeof preset.name !== "string" || !list(preset.algorithms) || !list(preset.headerTypes)) {
    throw new TypeError(
      `${where}: \`preset\` takes a row with name, algorithms, headerTypes, required and accept`,
    );
  }
  const stranger = Object.keys(preset).find((member) => !presetMembers.includes(member));
  if (stranger !== undefined) {
    const near = nearest(stranger, presetMembers);
    throw new TypeError(
      `${where}: \`preset\` takes a row without \`${stranger}\`, which means nothing${near ? `; did you mean \`${near}\`?` : ""}`,
    );
  }
  for (const name of ["accept", "refuse"] as const) {
    if (preset[name] !== undefined && !(Array.isArray(preset[name]) && preset[name].every(isCondition))) {
      throw new TypeError(`${where}: \`preset\` takes a row whose \`${name}\` is a list of conditions`);
    }
  }
  const isKind = ({ kind, when }: Preset["kinds"][number]) =>
    ["user", "service", "workload"].includes(kind) && isCondition(when);
  if (preset.kinds !== undefined && !(Array.isArray(preset.kinds) && preset.kinds.every(isKind))) {
    throw new TypeError(`${where}: \`preset\` takes a row whose \`kinds\` is a list of { kind, when }`);
  }
  const required = preset.required ?? [];
  if (!["iss", "exp", "sub", "iat"].every((claim) => required.includes(claim))) {
    throw new TypeError(
      `${where}: \`preset\` takes a row whose \`required\` has at least iss, exp, sub and iat`,
    );
  }
  if (!preset.algorithms.every((name) => algorithmRow(name) !== undefined)) {
    throw new TypeError(
      `${where}: \`preset\` takes a row whose \`algorithms\` are RS256, PS256, ES256 and their like`,
    );
  }
  // Compared with the header's `typ` in this form: another would match nothing, or seem to.
  const isType = (typ: unknown) =>
    typ === null ||
    (typeof typ === "string" && /^(?!application\/)[\x21-\x7e]+$/.test(typ) && typ === typ.toLowerCase());
  if (!preset.headerTypes.every(isType)) {
    throw new TypeError(
      `${where}: \`preset\` takes a row whose \`headerTypes\` are in lower case without application/, or null`,
    );
  }
  const typed = preset.headerTypes.length === 1 && preset.headerTypes[0] === "at+jwt";
  if (!typed && !list(preset.accept)) {
    throw new TypeError(
      `${where}: \`preset\` takes a row whose \`accept\` tells access tokens from ID tokens, since its headerTypes do not`,
    );
  }
  for (const name of pathLists) {
    const paths: unknown = preset[name];
    if (paths !== undefined && !(Array.isArray(paths) && paths.every(isPath))) {
      throw new TypeError(
        `${where}: \`preset\` takes a row whose \`${name}\` is a list of paths, each a list of steps`,
      );
    }
  }
  return deepFreeze(structuredClone({ ...plain, ...preset }));
}
