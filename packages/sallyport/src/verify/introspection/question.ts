// One question to the introspection endpoint, and what came back (RFC 7662 §2).
import { AuthError } from "../../errors.ts";
import type { JsonObject, JsonValue } from "../../identity.ts";
import { outline } from "../../outline.ts";
import { type FetchTextOptions, fetchText } from "../fetch-text.ts";
import { parseStrictObject } from "../token/json.ts";
import type { Aborts } from "./aborts.ts";
import type { Authentication } from "./client-auth.ts";
import { signedAnswerType } from "./signed-answer.ts";

/** What a token that can be read says of itself: nobody has checked it, so it can only make things stricter. */
export interface OwnWords {
  readonly jti: string | undefined;
  readonly cnf: JsonValue | undefined;
}

/** What the provider says of a token. */
export interface Answer extends JsonObject {
  readonly active: boolean;
}

/** The answer to a question, or why there is none. */
export type Reply =
  | { readonly answer: Answer; readonly failure?: undefined }
  | { readonly answer?: undefined; readonly failure: Failure };

/** Why a question has no answer. */
export interface Failure {
  readonly error: AuthError;
  /** Whether it would not talk to this API: its credentials are wrong, or it may not ask. */
  readonly refusedUs: boolean;
}

/** What {@link createQuestion} needs. */
export interface QuestionOptions extends Omit<FetchTextOptions, "failure" | "signal"> {
  readonly endpoint: () => string | Promise<string>;
  readonly authenticate: (endpoint: string) => Authentication | Promise<Authentication>;
  /** Opens a signed answer; `undefined` where answers are plain JSON. */
  readonly open: ((jwt: string, askedAt: number) => Promise<JsonObject>) | undefined;
  readonly depth: number;
  readonly now: () => number;
  readonly aborts: Aborts;
}

/**
 * Makes what asks about one token. Never rejects. `jti`: the token's own, where it has one that can be read.
 *
 * The token stands in the body and nowhere else: an address is written into logs.
 */
export function createQuestion(options: QuestionOptions): (token: string, jti?: string) => Promise<Reply> {
  const { open, depth, now } = options;
  const accept = open ? signedAnswerType : "application/json";

  /** Rejects where there is no answer. */
  async function ask(endpoint: string, token: string, jti: string | undefined): Promise<Reply> {
    const askedAt = now();
    const { headers, fields } = await options.authenticate(endpoint);
    const request = {
      method: "POST",
      headers: { accept, "content-type": "application/x-www-form-urlencoded", ...headers },
      body: new URLSearchParams({ token, token_type_hint: "access_token", ...fields }).toString(),
    } as const;
    const response = await options.aborts.during((signal) =>
      fetchText(endpoint, request, { ...options, signal, failure: "introspection_failed" }),
    );
    const { status, text } = response;
    if (text === undefined) {
      const refusedUs = status === 401 || status === 403;
      const why = refusedUs ? ": it does not accept this API's client, or that client may not ask" : "";
      return noAnswer(withPlace(useless(`The answer was ${status}, not 200${why}`), endpoint), refusedUs);
    }
    if (open && !isSigned(response.headers)) throw useless("The answer is not signed (RFC 9701)");
    const answer = open ? await open(text, askedAt) : parseStrictObject(text, depth);
    if (!answer) throw useless("The answer is not one strict JSON object");
    const { active } = answer;
    // RFC 7662 §2.2: a boolean. Whatever else is there, nobody has said that the token is active.
    if (typeof active !== "boolean") throw useless("The answer has no active that is true or false");
    // Something between here and there that takes one question for another would let one caller in for another.
    if (jti !== undefined && typeof answer.jti === "string" && answer.jti !== jti) {
      throw useless("The answer is about another token: its jti differs");
    }
    return { answer: { ...answer, active } };
  }

  return async (token, jti) => {
    let endpoint: string | undefined;
    try {
      endpoint = await options.endpoint();
      return await ask(endpoint, token, jti);
    } catch (thrown) {
      const error =
        thrown instanceof AuthError
          ? thrown
          : new AuthError("introspection_failed", "The question cannot be put", { cause: outline(thrown) });
      return noAnswer(endpoint === undefined ? error : withPlace(error, endpoint));
    }
  };
}

/** Whom a failed question was put to: its host, since a path or a query may hold a key. */
function withPlace({ code, message, cause }: AuthError, endpoint: string): AuthError {
  return new AuthError(code, `${message} (asked: ${new URL(endpoint).origin})`, { cause });
}

function noAnswer(error: AuthError, refusedUs = false): Reply {
  return { failure: { error, refusedUs } };
}

function isSigned(headers: Headers): boolean {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  return type.trim().toLowerCase() === signedAnswerType;
}

function useless(message: string): AuthError {
  return new AuthError("introspection_failed", message);
}
