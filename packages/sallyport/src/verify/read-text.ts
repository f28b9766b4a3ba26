// The text of an answer, within bounds that really end it.
import { AuthError } from "../errors.ts";

/** What {@link readText} has to keep to. */
export interface ReadTextOptions {
  readonly maxBytes: number;
  /** Ends the reading. */
  readonly signal: AbortSignal;
  /** Makes the error for what can't be read. */
  readonly fail: (message: string, thrown?: unknown) => AuthError;
}

/** @throws AuthError as `fail` makes it: too large, broken off, or not UTF-8 */
export async function readText(
  body: ReadableStream<Uint8Array>,
  { maxBytes, signal, fail }: ReadTextOptions,
): Promise<string> {
  const reader = body.getReader();
  // The body is ended here as well: a `fetch` of the user's own may ignore the signal.
  const cancel = () => {
    reader.cancel().catch(() => {});
  };
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        cancel();
        throw fail(`The answer is larger than ${maxBytes} bytes`);
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (cause) {
    throw cause instanceof AuthError ? cause : fail("The answer broke off or is not UTF-8", cause);
  }
}
