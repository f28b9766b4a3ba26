// Sessions as rows of a table, for the SQL stores.
import type { StoredSession } from "../session/index.ts";
import { checkText } from "./text.ts";

/** A row of `sallyport_sessions`. Drivers differ in what they make of large integers. */
export interface SessionRow {
  readonly id_hash: string;
  readonly issuer: string;
  readonly subject: string;
  readonly sid: string | null;
  readonly version: number | bigint | string;
  readonly sealed: string;
  readonly created_at: number | bigint | string;
  readonly expires_at: number | bigint | string;
  readonly idle_at: number | bigint | string;
}

/** The columns, in the order of {@link valuesOf}. */
export const columns =
  "id_hash, issuer, subject, sid, version, sealed, created_at, expires_at, idle_at" as const;

/**
 * A session's columns.
 *
 * @throws TypeError as {@link checkText}
 */
export function valuesOf(session: StoredSession): (string | number | null)[] {
  const { idHash, issuer, subject, sid, version, sealed, createdAt, expiresAt, idleAt } = session;
  checkText(issuer, subject, sid, sealed);
  return [idHash, issuer, subject, sid ?? null, version, sealed, createdAt, expiresAt, idleAt];
}

/** What a row says. */
export function sessionOf(row: SessionRow): StoredSession {
  return {
    idHash: row.id_hash,
    issuer: row.issuer,
    subject: row.subject,
    sid: row.sid ?? undefined,
    version: Number(row.version),
    sealed: row.sealed,
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    idleAt: Number(row.idle_at),
  };
}

/** A row as a list, in the order of {@link columns}. */
export type SessionValues = readonly [
  idHash: string,
  issuer: string,
  subject: string,
  sid: string | null,
  version: number | bigint,
  sealed: string,
  createdAt: number | bigint,
  expiresAt: number | bigint,
  idleAt: number | bigint,
];

/** What such a list says. */
export function sessionOfValues(values: SessionValues): StoredSession {
  const [idHash, issuer, subject, sid, version, sealed, createdAt, expiresAt, idleAt] = values;
  return {
    idHash,
    issuer,
    subject,
    sid: sid ?? undefined,
    version: Number(version),
    sealed,
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    idleAt: Number(idleAt),
  };
}
