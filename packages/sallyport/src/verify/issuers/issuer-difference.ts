// By what an issuer differs from the configured, in words for the log: the kind of difference, never the other's own text.

/** An issuer's URL taken apart without being changed: what is compared to the letter is described to the letter. */
interface Spelling {
  readonly label: string;
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  /** Without the one slash at its end. */
  readonly path: string;
  readonly slash: boolean;
  /** In lower case, and one name for this machine. */
  readonly plainHost: string;
  readonly plainPath: string;
}

interface Difference {
  readonly own: Spelling;
  /** The smaller, the nearer. */
  readonly distance: number;
  readonly words: string;
}

/** One of the issuers that are accepted, and what the configuration calls it. */
export interface KnownIssuer {
  readonly text: string;
  readonly label: string;
}

/** More are not compared with a stranger's: anybody can cause this, at will. */
const mostCompared = 32;

/**
 * One sentence that says how `found` differs from the nearest of the configured issuers, which are URLs. It names none of
 * them: a token's text that is a part of theirs would be repeated.
 *
 * @param whose begins the sentence: "The token's iss"
 */
export function issuerDifference(whose: string, found: unknown, configured: Iterable<KnownIssuer>): string {
  if (typeof found !== "string") return `${whose} is not a text`;
  const known = firstOf(configured);
  const one = new Set(known.map(({ label }) => label)).size === 1;
  const none = `${whose} is ${one ? "not the configured issuer" : "none of the configured issuers"}`;
  const stranger = spellingOf(found, "");
  if (!stranger) return `${none}, and not a URL`;
  const [nearest] = known
    .map((own) => differenceOf(stranger, own))
    .sort((left, right) => left.distance - right.distance) as [Difference];
  if (one || nearest.distance === far) return `${none}: it ${nearest.words}`;
  return `${none}: compared with ${nearest.own.label}, it ${nearest.words}`;
}

function firstOf(configured: Iterable<KnownIssuer>): readonly Spelling[] {
  const known: Spelling[] = [];
  for (const { text, label } of configured) {
    // Google's second name is not a URL.
    const spelling = spellingOf(text, label);
    if (spelling) known.push(spelling);
    if (known.length === mostCompared) break;
  }
  return known;
}

function spellingOf(text: string, label: string): Spelling | undefined {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^/?#:]+)(:[^/?#]*)?(.*)$/is.exec(text);
  if (!parts) return undefined;
  const [, scheme = "", host = "", port = "", rest = ""] = parts;
  const slash = rest.endsWith("/");
  const path = slash ? rest.slice(0, -1) : rest;
  const name = host.toLowerCase();
  const plainHost = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(name) ? "loopback" : name;
  return { label, scheme, host, port, path, slash, plainHost, plainPath: path.toLowerCase() };
}

const far = 4;

function differenceOf(found: Spelling, own: Spelling): Difference {
  if (found.plainHost !== own.plainHost) {
    if (found.plainPath !== own.plainPath || own.plainPath === "")
      return { own, distance: far, words: "has another host" };
    const words =
      "has another host and the same path. Where callers reach the provider by another name than this API does, `issuer` takes their name, and `discoveryUrl` or `jwksUri` the address as seen from here";
    return { own, distance: 3, words };
  }
  if (found.plainPath !== own.plainPath) {
    return {
      own,
      distance: 2,
      words: "has the same host, but another path: compare the realm or the tenant",
    };
  }
  const list = smallDifferences(found, own);
  return { own, distance: list.length / 10, words: `differs only by ${list.join(" and by ")}` };
}

/** Between two spellings of the same host and path. */
function smallDifferences(found: Spelling, own: Spelling): readonly string[] {
  const [scheme, ownScheme] = [found.scheme.toLowerCase(), own.scheme.toLowerCase()];
  const sameName = found.host.toLowerCase() === own.host.toLowerCase();
  const letters =
    (sameName && found.host !== own.host) ||
    (scheme === ownScheme && found.scheme !== own.scheme) ||
    found.path !== own.path;
  const list: string[] = [];
  if (found.slash !== own.slash) {
    list.push(
      `the slash at its end (${own.slash ? "configured, and not there" : "there, and not configured"})`,
    );
  }
  if (scheme !== ownScheme) list.push(schemeWords(scheme, ownScheme));
  if (!sameName) list.push("the name of this machine (localhost, 127.0.0.1 and [::1] are different issuers)");
  if (found.port !== own.port) list.push("the port");
  if (letters) list.push("upper and lower case letters");
  return list;
}

function schemeWords(scheme: string, own: string): string {
  if (scheme === "http") return "the scheme (http: behind a proxy, tell the provider its public URL)";
  return scheme === "https" ? `the scheme (https, where ${own} is configured)` : "the scheme";
}
