// A curl line that asks an API with a token, and shows the token to nobody: no history, no list of processes.

/** In single quotes nothing is special to a shell but the quote itself. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The token goes through a pipe as a header line, which `curl --header @-` reads.
 *
 * @param args of `sallyport token`, without `--curl`
 */
export function curlLine(url: string, args: readonly string[], viaNpx: boolean): string {
  const command = [...(viaNpx ? ["npx"] : []), "sallyport", "token", ...args, "--header"].map(quoted);
  return `${command.join(" ")} | curl --header @- ${quoted(url)}`;
}
