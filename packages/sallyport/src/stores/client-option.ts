// The option that a store can't do without: the client of its database.
import { checkOptions, type OptionTable } from "../options.ts";

/**
 * Checks options of which this one has to be there.
 *
 * @throws TypeError as {@link checkOptions}, or where the client is missing, or stands where its options belong
 */
export function checkWithClient(where: string, options: unknown, table: OptionTable, name: string): void {
  const row = table[name];
  if (row?.check(options)) {
    throw new TypeError(`${where} takes options: did you mean ${where}({ ${name} })?`);
  }
  checkOptions(where, options, table);
  if ((options as Readonly<Record<string, unknown>>)[name] === undefined) {
    throw new TypeError(`${where}: \`${name}\` takes ${row?.takes}`);
  }
}
