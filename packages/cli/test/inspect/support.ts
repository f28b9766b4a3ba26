// What the tests of `inspect` share: an issuer in this process, and tokens of its making.
import { fakeIssuer } from "sallyport/testing";
import { runJson } from "../support/run.ts";

interface Said {
  readonly id: string;
  readonly sentence: string;
  readonly mend?: string;
}
/** What `--json` answers. */
export interface Answer {
  readonly form: string;
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly dates: Record<string, string>;
  readonly observations: readonly Said[];
  readonly verdict?: { outcome: string; code?: string; differs?: string; mend?: string; preset: string };
}

export const idp = fakeIssuer({ audience: "my-api" });
export const now = idp.clock.now;
export const seconds = Math.floor(now() / 1000);
export const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
export const { header: goodHeader, payload: good } = idp.draft({ subject: "s1" });
export const without = (name: string, from: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(from).filter(([one]) => one !== name));
export const signed = (header: Record<string, unknown>, claims: Record<string, unknown>) => () =>
  idp.sign({ ...goodHeader, ...header }, { ...good, ...claims });

/** Inspects a token. */
export const inspected = (stdin: string, args: readonly string[] = []) =>
  runJson<Answer>(["inspect", ...args], { stdin, now, fetch: idp.deps.fetch });
