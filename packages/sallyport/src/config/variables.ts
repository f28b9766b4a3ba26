// One environment variable → its text, or that of the file that `<NAME>_FILE` names.

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadFile = (path: string) => string;

/**
 * The text of a variable or of its file; `undefined` where neither is set. What is empty is not set.
 *
 * @throws TypeError where both are set, or the file cannot be read
 */
export function readVariable(variable: string, env: Environment, readFile: ReadFile): string | undefined {
  const text = env[variable] || undefined;
  const path = env[`${variable}_FILE`] || undefined;
  if (path === undefined) return text?.trim() ? text : undefined;
  if (text !== undefined) throw new TypeError(`${variable} and ${variable}_FILE exclude each other`);
  let content: string;
  try {
    content = readFile(path);
  } catch (cause) {
    if (cause instanceof NoFiles)
      throw new TypeError(`${variable}_FILE cannot be used: this runtime has no files; set ${variable}`);
    const code = (cause as { code?: unknown } | null)?.code;
    const why = typeof code === "string" && /^E[A-Z]+$/.test(code) ? ` (${code})` : "";
    throw new TypeError(`${variable}_FILE names a file that cannot be read${why}`);
  }
  const value = content.replace(/\r?\n$/, "");
  if (value.trim() === "") throw new TypeError(`${variable}_FILE names a file that is empty`);
  return value;
}

/** The runtime has no files. */
export class NoFiles extends Error {}
