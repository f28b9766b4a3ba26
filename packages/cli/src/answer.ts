// One request for a document, with everything that a check may want to look at: nothing is followed, thrown or believed.

export interface Answer {
  readonly url: string;
  /** 0 where there was none. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON object in it, if it is one. */
  readonly document: Readonly<Record<string, unknown>> | undefined;
  /** Why there is no answer: a stable code (`ECONNREFUSED`), `timeout`, `too_large`, or `failed`. */
  readonly failure: string | undefined;
  /** Milliseconds since 1970 between which it was made. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export interface AskDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
}

const timeoutMs = 10_000;
/** The library reads no more, either. */
export const mostBytes = 524_288;

/** What a request has beside its address. */
export interface AskOptions {
  /** Default: `application/json`. */
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly form?: URLSearchParams;
}

/** Asks for a document, or for what comes of a form. Never rejects. */
export async function ask(
  url: string,
  { fetch, now }: AskDeps,
  { accept = "application/json", headers: more, form }: AskOptions = {},
): Promise<Answer> {
  const sentAt = now();
  try {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { accept, ...more },
      ...(form && { method: "POST", body: form }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readText(response);
    const { status, headers } = response;
    const failure = text === undefined ? "too_large" : undefined;
    return {
      url,
      status,
      headers,
      text: text ?? "",
      document: parse(text),
      failure,
      sentAt,
      receivedAt: now(),
    };
  } catch (error) {
    const failure = codeOf(error);
    return {
      url,
      status: 0,
      headers: new Headers(),
      text: "",
      document: undefined,
      failure,
      sentAt,
      receivedAt: now(),
    };
  }
}

async function readText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first stable code among an error and its causes. */
export function codeOf(thrown: unknown): string {
  for (let error = thrown as { name?: unknown; code?: unknown; cause?: unknown } | undefined; error; ) {
    if (error.name === "TimeoutError") return "timeout";
    if (typeof error.code === "string" && /^[A-Z][A-Z0-9_]+$/.test(error.code)) return error.code;
    error = error.cause as typeof error;
  }
  return "failed";
}

/** Whether a URL's host is this machine by name or literal address. */
export function isLoopback(url: string): boolean {
  return /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(URL.canParse(url) ? new URL(url).hostname : "");
}

/** Whether a URL may be trusted with keys or tokens: https, or http on loopback where that is allowed. */
export function isSafeUrl(url: unknown, insecureAllowLoopback: boolean): url is string {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === "https:" || (insecureAllowLoopback && protocol === "http:" && isLoopback(url));
}
