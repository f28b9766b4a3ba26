// The body of a form, for endpoints: read from a stream within bounds, or taken from who has parsed it.
import { isForm } from "./form.ts";

/** The longest form that is read. */
export const formBytes = 65_536;

/** A stream of Node's, as far as it is read here. */
export interface NodeStream {
  on(event: string, listener: (given?: unknown) => void): unknown;
  removeListener(event: string, listener: (given?: unknown) => void): unknown;
  resume(): unknown;
  readonly readableEnded?: boolean;
  readonly destroyed?: boolean;
}

/** Whether the headers promise a form as it stands: one that was compressed is not unpacked here. */
export function promisesForm(header: (name: string) => string | undefined): boolean {
  const encoding = header("content-encoding");
  return isForm(header("content-type")) && (encoding === undefined || /^identity$/i.test(encoding));
}

/** The pairs of a form; `undefined` where it is too long, or breaks off. The stream is left to the server, not destroyed. */
export function readNodeForm(stream: NodeStream): Promise<URLSearchParams | undefined> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    const finish = (form: URLSearchParams | undefined) => {
      for (const [event, listener] of listeners) stream.removeListener(event, listener);
      // What is still to come goes nowhere: the answer must not wait for it.
      stream.resume();
      resolve(form);
    };
    const listeners: readonly (readonly [string, (given?: unknown) => void])[] = [
      [
        "data",
        (chunk) => {
          const part = typeof chunk === "string" ? new TextEncoder().encode(chunk) : (chunk as Uint8Array);
          bytes += part.length;
          if (bytes > formBytes) finish(undefined);
          else text += decoder.decode(part, { stream: true });
        },
      ],
      ["end", () => finish(new URLSearchParams(text + decoder.decode()))],
      ["error", () => finish(undefined)],
      ["close", () => finish(undefined)],
    ];
    for (const [event, listener] of listeners) stream.on(event, listener);
  });
}

/** As {@link readNodeForm}, of a `Request`. */
export async function readWebForm(request: Request): Promise<URLSearchParams | undefined> {
  if (request.bodyUsed) return undefined;
  const reader = request.body?.getReader();
  if (!reader) return new URLSearchParams();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new URLSearchParams(text + decoder.decode());
      bytes += value.length;
      if (bytes > formBytes) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // It breaks off.
  }
  return undefined;
}

/**
 * A form that a framework has parsed, as pairs again; what was repeated stays repeated. `undefined` where a parser made more of it
 * than pairs: `a[b]=c` is no parameter of any protocol.
 */
export function parsedForm(body: object): URLSearchParams | undefined {
  const pairs = Symbol.iterator in body ? [...(body as Iterable<readonly [string, unknown]>)] : pairsOf(body);
  const isText = (pair: readonly [string, unknown]): pair is readonly [string, string] =>
    typeof pair[1] === "string";
  return pairs.every(isText) ? new URLSearchParams(pairs.map(([name, value]) => [name, value])) : undefined;
}

function pairsOf(body: object): (readonly [string, unknown])[] {
  return Object.entries(body).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((one) => [name, one] as const) : [[name, value] as const],
  );
}
