// What the suites ask of a document: whether it is valid OpenAPI, and what it says of one operation.
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "vitest";

export interface Operation {
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly headers?: Readonly<Record<string, unknown>>;
        readonly content?: Readonly<
          Record<string, { schema: { properties: { error: { enum: readonly string[] } } } }>
        >;
      }
    >
  >;
}

export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly securitySchemes?: Readonly<Record<string, Record<string, unknown>>> };
}

/** The document as a reader gets it: JSON, and valid by the schema of its version. */
export async function read(document: object, version: "3.0" | "3.1"): Promise<Document> {
  const json = JSON.parse(JSON.stringify(document)) as Document;
  const validator = new Validator();
  expect(await validator.validate(structuredClone(json) as never)).toEqual({ valid: true });
  expect(validator.version).toBe(version);
  // What OpenAPI's own schema does not say: a scheme that is named is there.
  const named = Object.values(json.paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ security = [] }) => security.flatMap(Object.keys));
  expect(Object.keys(json.components?.securitySchemes ?? {})).toEqual(expect.arrayContaining(named));
  return json;
}

/** `security` of every operation, by method and path. */
export function securityOf({ paths }: Document): Record<string, Operation["security"]> {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, { security }]) => [`${method.toUpperCase()} ${path}`, security] as const,
    ),
  );
  return Object.fromEntries(operations);
}

/** The statuses of an operation's answers. */
export const statusesOf = (document: Document, path: string, method = "get"): string[] =>
  Object.keys(document.paths[path]?.[method]?.responses ?? {});
