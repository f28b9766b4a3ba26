// What a command needs of the outside: streams, environment, network, clock. Tests bring their own.

/** A stream that is read, perhaps a terminal. */
export interface Input extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  on(event: "data", listener: (chunk: Buffer | string) => void): unknown;
  removeListener(event: "data", listener: (chunk: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** A stream that is written, perhaps a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The outside of a command. */
export interface Io {
  readonly stdin: Input;
  /** The answer, and nothing else. */
  readonly stdout: Output;
  /** What is said to the person at the keyboard. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The `node_modules/.bin` that the command was started from, if it was. */
  readonly binFolder?: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For what waits (a running provider, a sign-in): from the first call on, Ctrl-C aborts this instead of the process. */
  readonly untilStopped: () => AbortSignal;
}

/** What a command is ended with. `docs/cli.md` explains them. */
export const exit = { fine: 0, mend: 1, unanswered: 2 } as const;

/** A mistake in how the command was called: one sentence, and status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something that is out of reach: one sentence, and status 2. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

/** Something that was answered with no: one sentence, and status 1. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}
