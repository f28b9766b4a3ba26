// Every check there is, by page and subject: `tools/docs.mjs` makes docs/doctor.md of it.
import { apiTables } from "./doctor/api/index.ts";
import { appTables } from "./doctor/app/index.ts";
import { lastWord, providerTables } from "./doctor/provider/index.ts";
import { signInTables } from "./doctor/sign-in/index.ts";
import { observations } from "./inspect/observations.ts";

/** A row of the documentation. */
interface Row {
  readonly id: string;
  readonly level: string;
  readonly says: string;
  readonly mend?: string;
}

/** Heading → subject → checks. */
export const tables: Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>> = {
  "`sallyport doctor --issuer`": { ...providerTables, "The last word": [lastWord] },
  "`sallyport doctor --api`": apiTables,
  "`sallyport doctor --sign-in`": signInTables,
  "`sallyport doctor --app`": appTables,
  "`sallyport inspect`": { "On sight": observations },
};
