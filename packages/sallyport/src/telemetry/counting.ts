// What looks on and counts, whatever the client of metrics is: the client brings its timers and reads the books.

import { isPromise } from "../chain.ts";
import { AuthError } from "../errors.ts";
import { quietly } from "../quietly.ts";
import type { ProviderRequest, Telemetry, Watch, Watched } from "../watch.ts";
import { type Books, createBooks, keepAudit, noCode } from "./books.ts";

/** How a verification ended: `refused` is the token's fault, `unavailable` (503) somebody else's. */
type VerificationOutcome = "accepted" | "refused" | "unavailable";

/** The client's histograms. */
export interface Timers {
  verification(seconds: number, outcome: VerificationOutcome): void;
  request(
    seconds: number,
    labels: { request: ProviderRequest["kind"]; issuer: string; outcome: string },
  ): void;
}

/** What all that writes to one registry shares. */
export interface Shared {
  readonly books: Books;
  readonly timers: Timers;
}

/**
 * The books that belong to a registry or meter. They are kept beside it for the whole process, not in this module: a module
 * that is loaded anew (hot reload, a second copy of the package) goes on where the first was, and registers nothing twice.
 */
export function booksOf(owner: object): Books {
  const slot = Symbol.for("sallyport.telemetry.books");
  const global = globalThis as { [slot]?: WeakMap<object, Books> };
  global[slot] ??= new WeakMap();
  const known = global[slot].get(owner) ?? createBooks();
  global[slot].set(owner, known);
  return known;
}

/** Telemetry that counts. `share` is asked once an application: by then the client is there. */
export function counting(
  share: () => Shared,
  { routes = false }: { readonly routes?: boolean | undefined },
): Telemetry {
  return { watch: () => createWatch(share(), routes) };
}

function createWatch({ books, timers }: Shared, routes: boolean): Watch {
  const hit = books.lookups.of({ result: "hit" });
  const miss = books.lookups.of({ result: "miss" });
  if (!routes) books.withoutRoutes = true;
  let watched: Watched | undefined;

  function verified(start: number, error: unknown): void {
    timers.verification((performance.now() - start) / 1000, outcomeOf(error));
  }

  function requested(start: number, request: ProviderRequest, error: unknown): void {
    // An application that ends has ended its requests: that is nobody's failure.
    const code = codeOf(error);
    if (code === "closed") return;
    books.request(request, code).value += 1;
    const outcome = error === undefined ? "ok" : "failed";
    const { kind, issuer } = request;
    timers.request((performance.now() - start) / 1000, { request: kind, issuer, outcome });
  }

  return {
    opened(application) {
      watched = application;
      books.applications.add(application);
    },
    closed() {
      if (!watched || !books.applications.delete(watched)) return;
      keepAudit(books, watched.health());
    },
    decision(decided) {
      books.decision(decided, routes ? (decided.route ?? noCode) : undefined).value += 1;
    },
    lookup(found) {
      if (found) hit.value += 1;
      else miss.value += 1;
    },
    verification(work) {
      const start = performance.now();
      return ended(work, none, (error) => verified(start, error));
    },
    request(request, work, failureOf = none) {
      const start = performance.now();
      return ended(work, failureOf, (error) => requested(start, request, error)) as ReturnType<typeof work>;
    },
    session(told) {
      books.session(told).value += 1;
    },
    security({ name, issuer = noCode }) {
      books.security.of({ name, issuer }).value += 1;
    },
  };
}

/** Finds no failure in what work gave. */
export const none = () => undefined;

/** Tells how work ended, at once where it did, and hands on what it gave. */
export function ended<Result>(
  work: () => Result | Promise<Result>,
  failureOf: (result: Result) => unknown,
  end: (error: unknown, result?: Result) => void,
): Result | Promise<Result> {
  let answer: Result | Promise<Result>;
  try {
    answer = work();
  } catch (thrown) {
    quietly(() => end(thrown));
    throw thrown;
  }
  if (!isPromise(answer)) {
    const result = answer;
    quietly(() => end(failureOf(result), result));
    return answer;
  }
  return answer.then(
    (result) => {
      quietly(() => end(failureOf(result), result));
      return result;
    },
    (thrown: unknown) => {
      quietly(() => end(thrown));
      throw thrown;
    },
  );
}

/** How a verification ended, by what was thrown. */
export function outcomeOf(error: unknown): VerificationOutcome {
  if (error === undefined) return "accepted";
  return error instanceof AuthError && error.status !== 503 ? "refused" : "unavailable";
}

/** The code of what was thrown; anything else is a failure without one of ours. */
export function codeOf(error: unknown): string {
  if (error === undefined) return noCode;
  return error instanceof AuthError ? error.code : "check_failed";
}
