// An issuer's metadata document for who signs people in there: read when it is needed, kept while the provider fails.

import { cooldownLeft } from "../../cooldown.ts";
import { AuthError } from "../../errors.ts";
import type { JsonObject } from "../../identity.ts";
import { outline } from "../../outline.ts";
import type { FetchedDocument } from "../keys/fetch-document.ts";

/** What {@link createMetadataSource} needs. Times in milliseconds. */
export interface MetadataSourceOptions {
  /** Fetches the document and checks whose it is. */
  readonly read: (get: (url: string) => Promise<FetchedDocument>) => Promise<JsonObject>;
  readonly get: (url: string) => Promise<FetchedDocument>;
  /** Loads the keys, which reads the document on the way; `undefined` where they are not found by it. */
  readonly loadKeys: (() => Promise<void>) | undefined;
  readonly now: () => number;
  /** A flight older than this is taken for lost. */
  readonly lostMs: number;
}

/** Hands out the document. */
export interface MetadataSource {
  /** @throws AuthError by rejection: `discovery_failed` */
  find(): JsonObject | Promise<JsonObject>;
  /** The document was read for another purpose. */
  learn(document: JsonObject): void;
}

const lifetimeMs = 3_600_000;
const firstCooldownMs = 2_000;

export function createMetadataSource(options: MetadataSourceOptions): MetadataSource {
  const { read, get, loadKeys, now, lostMs } = options;
  let known: { readonly document: JsonObject; readonly at: number } | undefined;
  let flight: { readonly at: number; readonly work: Promise<JsonObject> } | undefined;
  let failure: { readonly at: number; readonly count: number; readonly error: AuthError } | undefined;

  function learn(document: JsonObject): void {
    known = { document, at: now() };
    failure = undefined;
  }

  async function load(): Promise<JsonObject> {
    const before = known;
    try {
      // A first sign-in needs the keys as well: one discovery does for both.
      if (!before && loadKeys) await loadKeys().catch(() => {});
      if (known === before) learn(await read(get));
      return (known as NonNullable<typeof known>).document;
    } catch (thrown) {
      const error =
        thrown instanceof AuthError
          ? thrown
          : new AuthError("discovery_failed", "The metadata cannot be read", { cause: outline(thrown) });
      failure = { at: now(), count: (failure?.count ?? 0) + 1, error };
      // Where a provider lives changes seldom: what was known goes on being used.
      if (known) return known.document;
      throw error;
    }
  }

  return {
    learn,
    find() {
      const at = now();
      if (known && at - known.at >= 0 && at - known.at < lifetimeMs) return known.document;
      if (cooldownLeft(failure, firstCooldownMs, at) > 0) {
        if (known) return known.document;
        const { message } = (failure as NonNullable<typeof failure>).error;
        return Promise.reject(new AuthError("discovery_failed", message));
      }
      // A runtime that ends with the response may have ended it, without a word.
      if (flight && Math.abs(at - flight.at) <= lostMs) return flight.work;
      const started = {
        at,
        work: load().finally(() => {
          if (flight === started) flight = undefined;
        }),
      };
      flight = started;
      return started.work;
    },
  };
}
