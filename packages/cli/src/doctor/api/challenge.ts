// `WWW-Authenticate` (RFC 9110 §11.6.1, §5.6.6) → its challenges.

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`);
const scheme = new RegExp(`^(${token})(?:[ \\t]+|(?=,|$))`);
const token68 = /^[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/;

/** The challenges of a header, or `undefined` where it is not well-formed. */
export function parseChallenges(header: string): readonly Challenge[] | undefined {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let rest = header.trim();
  while (rest !== "") {
    const named = parameter.exec(rest);
    const last = challenges.at(-1);
    if (named && last) {
      const [whole, name = "", quoted, plain] = named;
      last.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "");
      rest = rest.slice(whole.length);
    } else {
      const started = named ? null : scheme.exec(rest);
      if (!started) return undefined;
      challenges.push({ scheme: (started[1] as string).toLowerCase(), parameters: new Map() });
      rest = rest.slice(started[0].length);
      if (!parameter.test(rest)) rest = rest.replace(token68, "");
      if (rest !== "" && !rest.startsWith(",") && parameter.test(rest)) continue;
    }
    rest = rest.trimStart();
    if (rest !== "" && !rest.startsWith(",")) return undefined;
    rest = rest.replace(/^[ \t,]+/, "");
  }
  return challenges;
}
