// A provider that is asked about tokens, its clock, and what comes of each question.
import {
  AuthError,
  createVerifier,
  type IntrospectionOptions,
  type SecurityEvent,
  type VerifierDeps,
  type VerifierOptions,
} from "../../src/index.ts";

export const issuer = "https://issuer.example";
export const audience = "https://api.example";
export const endpoint = `${issuer}/introspect`;
export const startSeconds = 1_795_262_400;
export const client = { clientId: "api", clientSecret: "api-secret-9f1c" } as const;
export const opaque = "9f1c0e6b2a7d4485b3e1760c5d8fa294";

/** What an honest provider says of a person's token. */
export const honest = {
  active: true,
  iss: issuer,
  sub: "248289761001",
  aud: audience,
  client_id: "s6BhdRkqt3",
  token_type: "Bearer",
  scope: "orders:read profile",
  username: "ada",
  iat: startSeconds - 60,
  exp: startSeconds + 3600,
  jti: "t-1",
} as const;

export interface Asked {
  readonly url: string;
  readonly headers: Headers;
  readonly form: URLSearchParams;
}

export type Answer = (asked: Asked) => unknown;

/**
 * A verifier whose provider answers as `state.answer` says: an object is sent as JSON, a Response as it is. A token that
 * nobody has is active only where `state.believesAll`.
 */
export function setUp(
  own: Partial<IntrospectionOptions> = {},
  options: VerifierOptions = {},
  deps: VerifierDeps = {},
) {
  const state = {
    milliseconds: startSeconds * 1000,
    asked: [] as Asked[],
    answer: (() => honest) as Answer,
    told: 0,
    believesAll: false,
  };
  const events: SecurityEvent[] = [];
  const verifier = createVerifier(
    {
      issuer,
      audience,
      introspection: { endpoint, ...client, tokens: "all", ...own } as IntrospectionOptions,
      ...options,
    },
    {
      now: () => state.milliseconds,
      fetch: async (input, init) => {
        const asked = {
          url: String(input),
          headers: new Headers(init?.headers),
          form: new URLSearchParams(String(init?.body)),
        };
        state.asked.push(asked);
        const given = await state.answer(asked);
        const madeUp = !state.believesAll && asked.form.get("token")?.endsWith("made-up-by-sallyport");
        const answer = given === honest && madeUp ? { active: false } : given;
        return answer instanceof Response ? answer : Response.json(answer);
      },
      onEvent: (event) => {
        if (event.type === "security") events.push(event);
      },
      waitUntil: () => {
        state.told += 1;
      },
      ...deps,
    },
  );
  return {
    state,
    verifier,
    events,
    names: () => events.map(({ name }) => name),
    pass: (seconds: number) => {
      state.milliseconds += seconds * 1000;
    },
    outcome: async (token: string = opaque) => codeOf(verifier.verify(token)),
  };
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "accept",
    (error: unknown) => (error instanceof AuthError ? error.code : `not an AuthError: ${String(error)}`),
  );
}

export async function errorOf(work: Promise<unknown>): Promise<AuthError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AuthError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

/** Lets what was started go on as far as it can without the clock. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

export const down = () => new Response("no", { status: 500 });
export const hangs = () => new Promise<never>(() => {});
