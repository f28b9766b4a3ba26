// What a store says of a database that fails: quickly, and nothing of what was to be kept.

/**
 * Awaits a driver's answer, for a time.
 *
 * @throws Error where the database fails, or does not answer in time; its `code` is the driver's
 */
export async function answered<Answer>(
  name: string,
  timeoutMs: number,
  answer: Promise<Answer>,
): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = Object.assign(new Error(`${name} did not answer within ${timeoutMs} ms`), {
        code: "LATE",
      });
      ours.add(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer.catch((error) => Promise.reject(failure(name, error))), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Errors that are made here already, and say all that they may. */
const ours = new WeakSet<Error>();

/**
 * A driver's error holds more than a log may: ioredis adds the command with all its arguments, PostgreSQL the row. What is left
 * is the code, or, where there is none, the error's name.
 */
function failure(name: string, error: unknown): Error {
  if (error instanceof Error && ours.has(error)) return error;
  const { code, name: kind, message } = Object(error) as Readonly<Record<string, unknown>>;
  // A reply of Redis begins with its code: `OOM command not allowed …`.
  const first = /^[A-Z]{2,}(?= )/.exec(String(message))?.[0];
  const word = [code, first, kind].find((one) => typeof one === "string" && one !== "");
  return Object.assign(
    new Error(`${name} failed: ${word ?? "unknown"}`),
    word !== undefined && { code: word },
  );
}
