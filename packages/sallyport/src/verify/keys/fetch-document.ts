// One JSON document over HTTPS.
import { AuthError } from "../../errors.ts";
import { type FetchTextOptions, fetchText } from "../fetch-text.ts";

/** A document and how long its server lets it be kept. */
export interface FetchedDocument {
  readonly document: Readonly<Record<string, unknown>>;
  /** `max-age` less `Age`, in seconds; `undefined` where the server says nothing. */
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Fetches a JSON object.
 *
 * @throws AuthError with `options.failure`: unreachable, too slow, too large, redirected, not 200, not a JSON object
 */
export async function fetchDocument(url: string, options: FetchTextOptions): Promise<FetchedDocument> {
  const { status, headers, text } = await fetchText(
    url,
    { headers: { accept: "application/json, application/jwk-set+json" } },
    options,
  );
  const fail = (message: string) => new AuthError(options.failure, message);
  if (text === undefined) throw fail(`The answer was ${status}, not 200`);
  return { document: parseObject(text, fail), maxAgeSeconds: freshness(headers) };
}

type Fail = (message: string) => AuthError;

function parseObject(text: string, fail: Fail): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("The answer is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw fail("The answer is not a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

// RFC 9111 §5.2.2, §5.1. `no-store` and `no-cache` count as zero (not `no-cache="…"`, which is of header fields alone); the
// caller sets the bounds.
function freshness(headers: Headers): number | undefined {
  const control = headers.get("cache-control")?.toLowerCase() ?? "";
  if (/(^|[\s,])no-(store|cache)($|[\s,])/.test(control)) return 0;
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,12})/.exec(control)?.[1];
  if (maxAge === undefined) return undefined;
  const age = /^\d{1,12}$/.test(headers.get("age") ?? "") ? Number(headers.get("age")) : 0;
  return Math.max(0, Number(maxAge) - age);
}
