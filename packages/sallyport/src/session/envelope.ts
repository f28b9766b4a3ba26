// What a session's cookie holds, and the cookies of this kind that were opened before.
import { isPlainObject } from "../options.ts";
import { createRecent } from "../recent.ts";
import { readContent } from "./content.ts";
import type { SessionContent } from "./contract.ts";

/** What the cookie holds. Times in milliseconds since 1970. */
export interface Envelope {
  /** The same from the sign-in to the end. */
  readonly id: string;
  /** Counts the renewals, from 1. */
  readonly version: number;
  /** The last request that was noted: the idle limit counts from here. */
  readonly sealedAt: number;
  readonly content: SessionContent;
}

/** What was sealed, as an envelope; `undefined` where it is none. */
export function readEnvelope(value: unknown): Envelope | undefined {
  if (!isPlainObject(value)) return undefined;
  const { id, version, sealedAt, content: sealed } = value;
  const content = readContent(sealed as Parameters<typeof readContent>[0]);
  if (!content || typeof id !== "string" || !Number.isInteger(version) || !Number.isFinite(sealedAt)) {
    return undefined;
  }
  return { id, version: version as number, sealedAt: sealedAt as number, content };
}

/** Cookies that were opened. The end of the text, its authentication tag, finds the entry; then the whole text is compared. */
export function createOpened(most: number) {
  // Hashing some kilobytes for each request would cost more than all the rest.
  const keyCharacters = 24;
  const entries = createRecent<{ readonly text: string; readonly envelope: Envelope }>(most);
  const met = createRecent<true, number>(most);

  function set(text: string, envelope: Envelope): void {
    entries.set(text.slice(-keyCharacters), { text, envelope });
  }

  return {
    get(text: string): Envelope | undefined {
      const entry = entries.get(text.slice(-keyCharacters));
      return entry?.text === text ? entry.envelope : undefined;
    },
    /** Remembers a cookie that is on its way to the browser. */
    set,
    /** Remembers a cookie that came, from its second time on: keeping one that comes but once costs as much as half of opening it. */
    met(text: string, envelope: Envelope): void {
      const mark = markOf(text);
      if (met.get(mark)) set(text, envelope);
      else met.set(mark, true);
    },
    clear() {
      entries.clear();
      met.clear();
    },
  };
}

/** Of the authentication tag, as much as a small integer holds: a longer piece of the text would keep all of it in memory. */
function markOf(text: string): number {
  let mark = 0;
  for (let index = text.length - 6; index < text.length; index += 1) {
    mark = (mark * 33 + text.charCodeAt(index)) | 0;
  }
  return mark;
}
