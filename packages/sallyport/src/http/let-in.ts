// What the answer of a handler carries behind a guard: whom it depends on, what must not be kept, and cookies.
import type { RequestFacts } from "./facts.ts";
import { vary } from "./vary.ts";

/** A framework's way with the headers of a response. */
export interface ResponseHeaders<Response> {
  get(response: Response, name: string): unknown;
  set(response: Response, name: string, value: string): unknown;
  /** Adds one `Set-Cookie`, beside those that are there. */
  addCookie(response: Response, value: string): unknown;
}

/** Whether a response hands the connection over to another protocol: nothing can be added to it, and it can't be copied. */
export const isUpgrade = ({ status }: { readonly status: number }): boolean => status === 101;

/**
 * Puts on a response what a guard has noted. A request with a token to a required route needs none of it.
 *
 * @param optional whether the route takes nobody, too
 */
export function letIn<Response>(
  { session, dpopNonce }: RequestFacts,
  optional: boolean,
  response: Response,
  headers: ResponseHeaders<Response>,
): void {
  if (dpopNonce !== undefined) headers.set(response, "dpop-nonce", dpopNonce);
  if (!optional && !session) return;
  let varies = headers.get(response, "vary");
  if (optional) varies = vary(varies, "Authorization");
  if (session) varies = vary(varies, "Cookie");
  headers.set(response, "vary", varies as string);
  if (!session?.asked) return;
  // A cache that keeps a session's answer, and its cookies with it, hands both to the next one who asks (CVE-2025-48947).
  const caching = headers.get(response, "cache-control");
  if (!caching || !/\b(?:no-store|private)\b/i.test(String(caching))) {
    headers.set(response, "cache-control", "no-store");
  }
  for (const cookie of session.cookies) headers.addCookie(response, cookie);
}
