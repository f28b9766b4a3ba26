// A token taken apart without believing it. The signature stays behind.
import { formFlaw } from "sallyport/diagnose";
import { isObject } from "../answer.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** What can be read of a token. */
export interface DecodedToken {
  /** `signed`: three parts (JWS). `encrypted`: five (JWE). `opaque`: none. `broken`: anything else. */
  readonly form: "signed" | "encrypted" | "opaque" | "broken";
  readonly header: JsonObject | undefined;
  readonly claims: JsonObject | undefined;
  /** Why the verifier can't read it, in its own words. */
  readonly flaw: string | undefined;
  /** Characters, all told. */
  readonly length: number;
  /** The beginning by which providers mark their opaque tokens; never more than that. */
  readonly mark: string | undefined;
}

/** Prefixes that providers document for opaque tokens. */
const opaqueMarks: Readonly<Record<string, string>> = {
  "ya29.": "Google's access tokens",
  ghp_: "GitHub's personal access tokens",
  gho_: "GitHub's OAuth tokens",
  ghs_: "GitHub's installation tokens",
  github_pat_: "GitHub's fine-grained personal access tokens",
  "glpat-": "GitLab's personal access tokens",
  "xoxb-": "Slack's bot tokens",
  "1//": "Google's refresh tokens",
};

/** Takes a token apart. Never throws. */
export function decodeToken(token: string): DecodedToken {
  const parts = token.split(".");
  const header = objectIn(parts[0]);
  const claims = parts.length === 3 ? objectIn(parts[1]) : undefined;
  const mark = Object.keys(opaqueMarks).find((prefix) => token.startsWith(prefix));
  const form =
    parts.length === 5 && header
      ? "encrypted"
      : parts.length === 3 && header && claims
        ? "signed"
        : !header && (mark !== undefined || parts.length < 3)
          ? "opaque"
          : "broken";
  return {
    form,
    header: header && withoutTokens(header),
    claims: claims && withoutTokens(claims),
    flaw: formFlaw(token)?.message,
    length: token.length,
    mark: mark && opaqueMarks[mark],
  };
}

function objectIn(segment: string | undefined): JsonObject | undefined {
  if (!segment || !/^[\w-]+=*$/.test(segment)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, "base64url").toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A claim may hold another token, signature and all. */
function withoutTokens(object: JsonObject): JsonObject {
  const hidden = (value: unknown) =>
    typeof value === "string" && /^eyJ[\w-]+\.[\w-]*\.[\w-]*/.test(value) ? "(a token: not shown)" : value;
  return JSON.parse(JSON.stringify(object, (_name, value) => hidden(value))) as JsonObject;
}
