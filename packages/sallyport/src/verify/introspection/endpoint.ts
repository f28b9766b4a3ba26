// Where to ask: the configured endpoint, or the one that the issuer's metadata states.
import type { FetchedDocument } from "../keys/fetch-document.ts";

/** What {@link createEndpoint} needs. */
export interface EndpointOptions {
  /** Reads it from the metadata. */
  readonly discover: (get: (url: string) => Promise<FetchedDocument>) => Promise<string>;
  readonly get: (url: string) => Promise<FetchedDocument>;
  readonly now: () => number;
  /** Milliseconds after which a discovery in flight is taken for lost. */
  readonly lostMs: number;
}

const lifetimeMs = 3_600_000;

/** Finds the endpoint once an hour, and again after `forget`; where that fails, the one known goes on being asked. */
export function createEndpoint({ discover, get, now, lostMs }: EndpointOptions) {
  let known: { readonly url: string; readonly at: number } | undefined;
  let flight: { readonly at: number; readonly work: Promise<string> } | undefined;

  async function find(): Promise<string> {
    try {
      const url = await discover(get);
      known = { url, at: now() };
      return url;
    } catch (error) {
      if (!known) throw error;
      known = { url: known.url, at: now() };
      return known.url;
    }
  }

  return {
    find(): string | Promise<string> {
      const at = now();
      if (known && at - known.at >= 0 && at - known.at < lifetimeMs) return known.url;
      // A runtime that ends with the response may have ended it, without a word.
      if (flight && Math.abs(at - flight.at) <= lostMs) return flight.work;
      const started = {
        at,
        work: find().finally(() => {
          if (flight === started) flight = undefined;
        }),
      };
      flight = started;
      return started.work;
    },
    /** The provider has failed: perhaps it is elsewhere now. */
    forget(): void {
      if (known) known = { url: known.url, at: Number.NEGATIVE_INFINITY };
    },
  };
}
