// What was sealed, as a session's content: its form looked at, and frozen, since requests share it.
import type { JsonValue } from "../identity.ts";
import { isPlainObject } from "../options.ts";
import type { SessionContent } from "./contract.ts";

const texts = ["issuer", "subject", "provider", "clientId"];
const tokenTexts = ["accessToken", "tokenType", "idToken", "scope"];

/** The content, frozen to the bottom; `undefined` where it is none: another version of the library may have sealed it. */
export function readContent(value: JsonValue | undefined): SessionContent | undefined {
  if (!isPlainObject(value)) return undefined;
  const { tokens, claims, startedAt, refreshedAt } = value;
  const isContent =
    texts.every((name) => typeof value[name] === "string") &&
    isPlainObject(tokens) &&
    tokenTexts.every((name) => typeof tokens[name] === "string") &&
    isPlainObject(claims) &&
    Number.isFinite(startedAt) &&
    Number.isFinite(refreshedAt);
  return isContent ? freeze(value as unknown as SessionContent) : undefined;
}

/** A copy of a content as it will be read again, frozen. */
export function copyContent(content: SessionContent): SessionContent {
  return freeze(JSON.parse(JSON.stringify(content)) as SessionContent);
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
