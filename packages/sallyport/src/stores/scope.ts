// Which sessions a logout is about, in one word: what a store remembers it by.
import type { LogoutScope, StoredSession } from "../session/index.ts";

/** A scope as one text: JSON, so that no character of a subject can make it another's. */
export function scopeKey({ issuer, subject, sid }: LogoutScope): string {
  return JSON.stringify([issuer, subject ?? null, sid ?? null]);
}

/** Every scope that a session is in. */
export function scopesOf({ issuer, subject, sid }: StoredSession): readonly string[] {
  const bySubject = scopeKey({ issuer, subject });
  if (sid === undefined) return [bySubject];
  return [bySubject, scopeKey({ issuer, sid }), scopeKey({ issuer, subject, sid })];
}

/** @throws TypeError where it is everybody's */
export function checkScope({ subject, sid }: LogoutScope): void {
  if (subject === undefined && sid === undefined) {
    throw new TypeError("A logout takes a `subject`, a `sid`, or both");
  }
}
