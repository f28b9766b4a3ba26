// Everything that the provider remembers, in memory: sessions, grants, codes, tokens.
/// <reference path="./oidc-provider.d.ts" />
import type { Adapter } from "oidc-provider";

/** Makes the store of one kind of record ("Session", "RefreshToken", …), as oidc-provider asks for it. */
export type Store = (model: string) => Adapter;

interface Entry {
  payload: Record<string, unknown>;
  expiresAt: number;
}

// What dies with the grant that it came from. Interactions name a grant too, but outlive it.
const grantable = new Set(["AccessToken", "AuthorizationCode", "RefreshToken", "DeviceCode"]);

// An entry is kept a little longer than it is valid: the provider tolerates clocks that differ by 15 seconds.
const graceSeconds = 15;
const sweepEvery = 500;

/** A store that lives as long as the process; a provider rebuilt after a key rotation is handed the same one. */
export function createStore(): Store {
  const entries = new Map<string, Entry>();
  const keyByUid = new Map<string, string>();
  const keyByUserCode = new Map<string, string>();
  const keysByGrant = new Map<string, Set<string>>();
  let writes = 0;

  function forget(key: string): void {
    const payload = entries.get(key)?.payload;
    entries.delete(key);
    const { uid, userCode, grantId } = (payload ?? {}) as Record<string, string | undefined>;
    if (uid && keyByUid.get(uid) === key) keyByUid.delete(uid);
    if (userCode && keyByUserCode.get(userCode) === key) keyByUserCode.delete(userCode);
    const siblings = grantId ? keysByGrant.get(grantId) : undefined;
    if (grantId && siblings?.delete(key) && siblings.size === 0) keysByGrant.delete(grantId);
  }

  function get(key: string | undefined): Record<string, unknown> | undefined {
    const entry = key === undefined ? undefined : entries.get(key);
    if (!entry || key === undefined) return undefined;
    if (entry.expiresAt > Date.now()) return entry.payload;
    forget(key);
    return undefined;
  }

  function sweep(): void {
    for (const [key, { expiresAt }] of entries) if (expiresAt <= Date.now()) forget(key);
  }

  return (model) => {
    const keyOf = (id: string) => `${model}:${id}`;
    return {
      async upsert(id, payload, expiresIn) {
        writes += 1;
        if (writes % sweepEvery === 0) sweep();
        const key = keyOf(id);
        forget(key);
        const seconds = expiresIn === undefined ? Number.POSITIVE_INFINITY : expiresIn + graceSeconds;
        entries.set(key, { payload, expiresAt: Date.now() + seconds * 1000 });
        const { uid, userCode, grantId } = payload as Record<string, string | undefined>;
        if (uid && model === "Session") keyByUid.set(uid, key);
        if (userCode) keyByUserCode.set(userCode, key);
        if (grantId && grantable.has(model)) {
          const siblings = keysByGrant.get(grantId) ?? new Set();
          keysByGrant.set(grantId, siblings.add(key));
        }
      },
      find: async (id) => get(keyOf(id)),
      findByUid: async (uid) => get(keyByUid.get(uid)),
      findByUserCode: async (userCode) => get(keyByUserCode.get(userCode)),
      async consume(id) {
        const payload = get(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => forget(keyOf(id)),
      async revokeByGrantId(grantId) {
        for (const key of [...(keysByGrant.get(grantId) ?? [])]) forget(key);
      },
    };
  };
}
