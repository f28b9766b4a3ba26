// A resource server made with jose and node:http that does everything right, but for what a test breaks.
import { createServer, type IncomingMessage } from "node:http";
import type { DevIdp } from "@sallyport/dev-idp";
import { createRemoteJWKSet, decodeJwt, type JWTVerifyOptions, jwtVerify } from "jose";
import { listen } from "./scripted-provider.ts";

export interface Plain {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a test may do with. */
export interface ApiKit {
  readonly idp: DevIdp;
  readonly request: IncomingMessage;
  readonly origin: string;
  /** Verifies by the provider's keys. */
  readonly verify: (token: string, options?: JWTVerifyOptions) => Promise<void>;
}

export interface ApiScript {
  /** The tokens that a request carries. */
  readonly tokens?: (request: IncomingMessage) => readonly string[];
  /** Throws where a token is not to be taken. Instead of the right checks. */
  readonly check?: (token: string, kit: ApiKit) => unknown;
  /** The last word. */
  readonly answer?: (right: Plain, kit: ApiKit, outcome: Outcome) => Plain;
  /** Documents beside the route, by path. */
  readonly documents?: (origin: string, idp: DevIdp) => Readonly<Record<string, unknown>>;
}

export type Outcome = "none" | "two" | "bad" | "good";

export const claimsOf = decodeJwt;

const noStore = { "cache-control": "no-store" };
const refused: Readonly<Record<Outcome, Plain>> = {
  none: { status: 401, headers: { ...noStore, "www-authenticate": 'Bearer realm="api"' }, body: "{}" },
  two: {
    status: 400,
    headers: { ...noStore, "www-authenticate": 'Bearer realm="api", error="invalid_request"' },
    body: "{}",
  },
  bad: {
    status: 401,
    headers: { ...noStore, "www-authenticate": 'Bearer realm="api", error="invalid_token"' },
    body: "{}",
  },
  good: { status: 200, headers: {}, body: '{"hello":"you"}' },
};

/** The tokens of the Authorization headers, each one. */
export function fromHeaders({ rawHeaders }: IncomingMessage): readonly string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() === "authorization"
      ? [(rawHeaders[index + 1] ?? "").replace(/^Bearer /i, "")]
      : [],
  );
}

/** Starts it until the test is over. @returns the URL of its one route */
export async function startApi(idp: DevIdp, script: ApiScript = {}): Promise<string> {
  const keys = createRemoteJWKSet(new URL(`${idp.issuer}/jwks`));
  const right = { issuer: idp.issuer, audience: idp.audience, typ: "at+jwt" };
  const verify = async (token: string, options: JWTVerifyOptions = right) => {
    await jwtVerify(token, keys, options);
  };
  const server = createServer(async (request, response) => {
    const kit: ApiKit = { idp, request, origin, verify };
    const document = script.documents?.(origin, idp)[request.url ?? ""];
    if (document !== undefined) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
      return;
    }
    if (!request.url?.startsWith("/orders")) {
      response.writeHead(404).end();
      return;
    }
    const outcome = await judge(script, kit);
    const plain = script.answer?.(refused[outcome], kit, outcome) ?? refused[outcome];
    response.writeHead(plain.status, plain.headers).end(plain.body);
  });
  const origin = await listen(server);
  return `${origin}/orders`;
}

async function judge({ tokens = fromHeaders, check }: ApiScript, kit: ApiKit): Promise<Outcome> {
  const [token, ...more] = tokens(kit.request);
  if (token === undefined) return "none";
  if (more.length > 0) return "two";
  try {
    await (check ? check(token, kit) : kit.verify(token));
    return "good";
  } catch {
    return "bad";
  }
}
