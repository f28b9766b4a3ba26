// One text in several cookies: `name`, `name.1`, `name.2` and so on, each of a size that browsers keep.
import {
  type CookieChange,
  type CookieStyle,
  cookieName,
  parseCookies,
  serializeCookie,
} from "../cookies.ts";
import { AuthError } from "../errors.ts";

/** What a request's cookies hold. */
export interface ChunkReading {
  /** The whole text; `undefined` where there is none, or where it can't be told what it is. */
  readonly text: string | undefined;
  /** The cookies by our names that came along. */
  readonly present: readonly string[];
  /** Whether a name came twice: then neither is taken, nor removed. */
  readonly ambiguous: boolean;
}

/** The cookies of one name. */
export interface Chunks {
  /** As browsers know it, prefix included. */
  readonly name: string;
  read(header: string): ChunkReading;
  /**
   * @throws AuthError `session_too_large`
   */
  write(text: string, maxAgeSeconds: number, present: readonly string[]): readonly CookieChange[];
  clear(present: readonly string[]): readonly CookieChange[];
}

// RFC 6265bis §5.7 has browsers drop a cookie beyond 4096 bytes of name and value; older ones counted the attributes as well.
const greatestCookie = 4096;
// Servers take request headers of 16 KiB as a rule (Node) or of 8 KiB a line, which proxies can be told to raise; other
// cookies and headers need room as well.
const greatestTotal = 12_288;
// More than we ever write; what is beyond it was put there by somebody else.
const mostRemoved = 20;

export function createChunks(plainName: string, style: CookieStyle): Chunks {
  const name = cookieName(plainName, style);
  const nameOf = (index: number) => (index === 0 ? name : `${name}.${index}`);
  const attributes = serializeCookie({ name: nameOf(99), value: "", maxAgeSeconds: 999_999_999 }, style);
  const room = greatestCookie - attributes.length;

  function isOurs(other: string): boolean {
    return (
      other.startsWith(name) &&
      (other.length === name.length || /^\.[1-9]\d*$/.test(other.slice(name.length)))
    );
  }

  return {
    name,
    read(header) {
      const cookies = parseCookies(header);
      const present: string[] = [];
      let ambiguous = false;
      for (const [other, values] of cookies) {
        if (!isOurs(other)) continue;
        present.push(other);
        ambiguous ||= values.length > 1;
      }
      if (ambiguous) return { text: undefined, present, ambiguous };
      let text: string | undefined;
      for (let index = 0; index < present.length; index += 1) {
        const chunk = cookies.get(nameOf(index))?.[0];
        // As many as there are must be the first ones: a gap means that one is missing, or another is not of these. None is empty.
        if (!chunk) return { text: undefined, present, ambiguous };
        text = text === undefined ? chunk : text + chunk;
      }
      return { text, present, ambiguous };
    },
    write(text, maxAgeSeconds, present) {
      const changes: CookieChange[] = [];
      let total = 0;
      for (let at = 0; at < text.length || changes.length === 0; at += room) {
        const one = { name: nameOf(changes.length), value: text.slice(at, at + room), maxAgeSeconds };
        total += one.name.length + one.value.length + "=; ".length;
        changes.push(one);
      }
      if (total > greatestTotal) {
        throw new AuthError(
          "session_too_large",
          `The session needs ${total} bytes of cookies, and ${greatestTotal} are the most: keep sessions in a store (deps.sessionStore), or have the provider issue smaller tokens`,
        );
      }
      // One more than was written is always removed: of two answers on their way, one may have written more.
      const surplus = new Set([...present, nameOf(changes.length)]);
      for (const { name: written } of changes) surplus.delete(written);
      return [...changes, ...removals(surplus)];
    },
    clear: (present) => removals(new Set([name, ...present])),
  };
}

function removals(names: ReadonlySet<string>): CookieChange[] {
  return [...names].slice(0, mostRemoved).map((name) => ({ name, value: undefined }));
}
