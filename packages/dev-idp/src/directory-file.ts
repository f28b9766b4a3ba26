// People and clients from a file of one's own: read, checked, and complained about in sentences.
import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { clientTypes } from "./clients.ts";
import type { DirectoryOptions } from "./directory.ts";

const text = z.string().check(z.minLength(1));
const texts = z.array(text);
// RFC 6749 §3.3: a scope is printable ASCII without the space that separates scopes, the quote and the backslash.
const scopes = z.array(z.string().check(z.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/)));
const uri = z.string().check(z.refine((value) => URL.canParse(value), "must be an absolute URI"));

const person = z.strictObject({
  username: text,
  password: text,
  subject: z.optional(text),
  name: text,
  email: text,
  roles: z._default(texts, []),
  groups: z._default(texts, []),
  permissions: z._default(scopes, []),
  claims: z.optional(z.record(z.string(), z.unknown())),
});

const client = z.strictObject({
  id: text,
  type: z.enum(["web", "spa", "native", "device", "machine"]),
  name: text,
  secret: z.optional(text),
  redirectUris: z.optional(z.array(uri)),
  postLogoutRedirectUris: z.optional(z.array(uri)),
  anyLoopbackRedirect: z.optional(z.boolean()),
  backchannelLogoutUri: z.optional(uri),
  scopes: z.optional(scopes),
  roles: z.optional(texts),
  groups: z.optional(texts),
  permissions: z.optional(scopes),
  firstParty: z.optional(z.boolean()),
  dpopRequired: z.optional(z.boolean()),
});

const directory = z.strictObject({
  people: z.optional(z.array(person)),
  clients: z.optional(z.array(client)),
  audience: z.optional(text),
  otherAudiences: z.optional(texts),
});

/** Reads and checks the file. Rejects with a `TypeError` that names the file, the place in it and what belongs there. */
export async function readDirectoryFile(path: string): Promise<DirectoryOptions> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (cause) {
    throw new TypeError(`The file ${path} can't be read: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new TypeError(`The file ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  return parseDirectory(value, path);
}

/** Checks people and clients, and what one can't say of each alone. */
export function parseDirectory(value: unknown, source: string): DirectoryOptions {
  const { success, data, error } = directory.safeParse(value, { reportInput: true });
  const mistakes = success ? contradictions(data as DirectoryOptions) : error.issues.map(sentence);
  if (mistakes.length > 0) throw new TypeError(`${source}: ${mistakes.join("; ")}`);
  return data as DirectoryOptions;
}

function contradictions({ people = [], clients = [] }: DirectoryOptions): string[] {
  return [
    ...duplicates(
      "people",
      "username",
      people.map(({ username }) => username),
    ),
    ...duplicates(
      "people",
      "subject",
      people.map(({ username, subject }) => subject ?? username),
    ),
    ...duplicates(
      "clients",
      "id",
      clients.map(({ id }) => id),
    ),
    ...clients.flatMap(({ type, secret, redirectUris, anyLoopbackRedirect }, index) => {
      const { confidential, redirects } = clientTypes[type];
      const at = `clients[${index}]`;
      return [
        confidential && secret === undefined && `${at}.secret is missing; a ${type} client has one`,
        !confidential && secret !== undefined && `${at}.secret must go: a ${type} client can't keep one`,
        redirects &&
          !redirectUris?.length &&
          !anyLoopbackRedirect &&
          `${at}.redirectUris is missing; a ${type} client needs one`,
      ].filter((mistake) => mistake !== false);
    }),
  ];
}

function duplicates(list: string, field: string, values: readonly string[]): string[] {
  return values.flatMap((value, index) => {
    const first = values.indexOf(value);
    return first === index ? [] : [`${list}[${index}].${field} is the same as that of ${list}[${first}]`];
  });
}

type Issue = z.core.$ZodIssue;

function sentence(issue: Issue): string {
  const place = issue.path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return `${place.replace(/^\./, "") || "the whole"} ${complaint(issue)}`;
}

const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  object: "an object",
  record: "an object",
  string: "a text",
  boolean: "true or false",
};

function complaint(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type": {
      const wanted = kinds[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is missing; it takes ${wanted}` : `must be ${wanted}`;
    }
    case "unrecognized_keys":
      return `has nothing called ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return "must not be empty";
    case "invalid_format":
      return "must be a scope: printable, without spaces, quotes or backslashes";
    default:
      return issue.message;
  }
}
