// `sallyport doctor --api`: is this resource server guarded, and does it say so as the standards have it?
import { ask, isLoopback, isObject, isSafeUrl } from "../../answer.ts";
import { type Check, lifted, runChecks } from "../../finding.ts";
import { decodeToken } from "../../inspect/decode.ts";
import { type Io, UsageError } from "../../io.ts";
import type { Examination } from "../../report.ts";
import { exchange, type Reply } from "./exchange.ts";
import { modelFor } from "./forge.ts";
import {
  acceptanceChecks,
  isSuccess,
  type ProbeScene,
  probes,
  type RealTokens,
  type Replies,
} from "./probes.ts";
import { asksForDpopOnly, challengeChecks, leakChecks, namedMetadata, statusChecks } from "./refusals.ts";
import { type MetadataFacts, metadataUrlOf, resourceChecks } from "./resource-metadata.ts";

export interface ApiQuestion {
  readonly url: string;
  readonly method: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: readonly string[];
  readonly insecureAllowLoopback: boolean;
  readonly tokens: RealTokens;
}

export interface ApiFacts {
  readonly url: string;
  readonly replies: Replies;
  readonly metadata: MetadataFacts;
  readonly tokens: RealTokens;
  readonly issuer: string | undefined;
}

const replies = (facts: ApiFacts) => facts.replies;
// Where nothing is there, or nothing is guarded, the form of refusals says nothing.
const guarded = (facts: ApiFacts) => (facts.replies.get("none")?.some(isSuccess) ? undefined : facts.replies);
const reached = ({ replies }: Pick<ApiFacts, "replies">) => replies.get("none")?.[0]?.status !== 0;

const addressChecks: readonly Check<ApiFacts>[] = [
  {
    id: "api_not_https",
    level: "mend",
    says: "The API is http: every token that is sent there can be read and used by whoever is on the way",
    mend: "Serve the API by https. No token of yours was sent.",
    test: ({ url }) => new URL(url).protocol === "http:" && !isLoopback(url),
  },
];

const triedChecks: readonly Check<ApiFacts>[] = [
  {
    id: "not_tried",
    level: "note",
    says: "What was not tried, for want of a token or an issuer",
    test: (facts) => {
      const { tokens, issuer } = facts;
      if (!reached(facts)) return undefined;
      const missing = [
        tokens.good === undefined &&
          !asksForDpopOnly(facts.replies.get("none")?.[0]) &&
          "a good token, one in the query, two at once (--token-command or --token-stdin)",
        tokens.idToken === undefined && "an ID token (--id-token-command)",
        tokens.other === undefined && "a token for another audience (--other-token-command)",
        issuer === undefined && "the issuer's public key as a secret (--issuer)",
      ].filter((one) => one !== false);
      return missing.length > 0 && `Not tried: ${missing.join("; ")}`;
    },
  },
];

/** All checks of an API, by subject; `docs/doctor.md` is made of them. */
export const apiTables: Readonly<Record<string, readonly Check<ApiFacts>[]>> = {
  "What it lets in": [...addressChecks, ...lifted(acceptanceChecks, replies)],
  "How it refuses": [
    ...lifted(statusChecks, replies),
    ...lifted(challengeChecks, guarded),
    ...lifted(leakChecks, guarded),
  ],
  "Its metadata": lifted(resourceChecks, (facts: ApiFacts) =>
    reached(facts) && guarded(facts) ? facts.metadata : undefined,
  ),
  "What was tried": triedChecks,
};

/**
 * Examines an API. Real tokens go to its URL and nowhere else.
 *
 * @throws UsageError where a real token would travel in clear text
 */
export async function examineApi(question: ApiQuestion, io: Io): Promise<Examination> {
  const { url, tokens } = question;
  if (Object.values(tokens).some((one) => one !== undefined) && !isSafeUrl(url, true)) {
    throw new UsageError(
      "A real token is not sent by http: --api takes an https URL (http on this machine only)",
    );
  }
  const found = await probe(question, io);
  const metadata = await findMetadata(question, found, io);
  const facts: ApiFacts = { url, replies: found, metadata, tokens, issuer: question.issuer };
  return {
    subject: url,
    facts: {
      url,
      statuses: Object.fromEntries([...found].map(([name, all]) => [name, all.map(({ status }) => status)])),
    },
    findings: runChecks(Object.values(apiTables).flat(), facts),
    well: "This API is guarded.",
    unreachable: !reached(facts),
  };
}

async function probe(
  { url, method, issuer, audience, tokens, insecureAllowLoopback }: ApiQuestion,
  io: Io,
): Promise<Replies> {
  const nowSeconds = Math.floor(io.now() / 1000);
  const real = tokens.good === undefined ? undefined : decodeToken(tokens.good);
  const signed = real?.form === "signed";
  const model =
    signed && real.header && real.claims
      ? { header: real.header, claims: real.claims }
      : modelFor(issuer, audience, nowSeconds);
  const publicKeys =
    issuer !== undefined && isSafeUrl(issuer, insecureAllowLoopback)
      ? await keysOf(issuer, insecureAllowLoopback, io)
      : [];
  const scene: ProbeScene = { ...tokens, url, model, publicKeys, nowSeconds, signed };
  const found = new Map<string, readonly Reply[]>();
  for (const { name, send } of probes) {
    const each: Reply[] = [];
    // Without a proof of its key, a bound token is refused and nothing is learnt.
    const dpopOnly = asksForDpopOnly(found.get("none")?.[0]);
    for (const sent of send(dpopOnly ? { ...scene, good: undefined } : scene))
      each.push(await exchange(url, method === undefined ? sent : { method, ...sent }));
    if (each.length > 0) found.set(name, each);
    // An API that is not there is not asked fifteen times.
    if (name === "none" && each[0]?.status === 0) break;
  }
  return found;
}

async function keysOf(
  issuer: string,
  insecureAllowLoopback: boolean,
  io: Io,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const metadata = await ask(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, io);
  const uri = metadata.document?.jwks_uri;
  if (!isSafeUrl(uri, insecureAllowLoopback)) return [];
  const keys = (await ask(uri, io)).document?.keys;
  return Array.isArray(keys) ? keys.filter(isObject).filter(({ use }) => use !== "enc") : [];
}

async function findMetadata(
  { url, issuer, insecureAllowLoopback }: ApiQuestion,
  found: Replies,
  io: Io,
): Promise<MetadataFacts> {
  const named = namedMetadata(found);
  const own = (address: string) =>
    isSafeUrl(address, isLoopback(url)) && new URL(address).origin === new URL(url).origin;
  const places =
    named === undefined
      ? [metadataUrlOf(url), metadataUrlOf(new URL("/", url).href)]
      : own(named)
        ? [named]
        : [];
  const facts = { url, issuer, named, insecureAllowLoopback: insecureAllowLoopback || isLoopback(url) };
  if (!reached({ replies: found })) return { ...facts, answer: undefined };
  for (const place of new Set(places)) {
    const answer = await ask(place, io);
    if (answer.document !== undefined || named !== undefined) return { ...facts, answer };
  }
  return { ...facts, answer: undefined };
}
