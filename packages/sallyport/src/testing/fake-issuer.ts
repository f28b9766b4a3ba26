// An issuer inside the test's own process: real keys, real signatures, no port, no network, no waiting.
import { createDpopKey, createDpopProof, type DpopKey } from "../client/index.ts";
import type { IdentityKind } from "../identity.ts";
import {
  type IntrospectionOptions,
  type JsonWebKeySet,
  type Preset,
  type PresetName,
  presets,
  type VerifierOptions,
} from "../verify/index.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createFakeIntrospection } from "./fake-introspection.ts";
import { checkRequest } from "./request-options.ts";
import { createTestKey, type Segment, signJws, type TestAlgorithm, type TestKey } from "./sign.ts";
import { draftToken, type TokenRequest } from "./token-request.ts";
import { tokenShapes } from "./token-shapes.ts";

/** Options of {@link fakeIssuer}. */
export interface FakeIssuerOptions {
  /** The API that the tokens are for. Default: `my-api`. */
  readonly audience?: string | readonly string[];
  /** Whose tokens these look like. Default: `rfc9068`. */
  readonly preset?: PresetName;
  /** The issuer's URL. Default: one of the preset's form. */
  readonly issuer?: string;
  /** Default: ES256 where the preset allows it, else RS256. */
  readonly algorithm?: TestAlgorithm;
  /** What the tokens say where `token()` is not told. Default: `user`; the workload presets: `workload`. */
  readonly kind?: IdentityKind;
  /** Seconds for which tokens live. Default: 300. */
  readonly lifetimeSeconds?: number;
  /** A clock to share with other issuers. Default: a clock of its own, at the machine's time. */
  readonly clock?: TestClock;
}

/** How a fake issuer's metadata, keys and answers about tokens fail: no connection, no end, or something that is not JSON. */
export type IssuerFailure = "down" | "slow" | "wrong-json";

/** The request that a proof is made for, and the token that goes with it. */
export interface DpopRequest extends TokenRequest {
  readonly method: string;
  readonly url: string;
  /** The server's nonce, where it asks for one. */
  readonly nonce?: string;
  /** Default: a key of the issuer's own making, always the same. */
  readonly key?: DpopKey;
  /** A bound token that there is already. */
  readonly token?: string;
}

/** What an opaque token stands for. */
export interface OpaqueTokenRequest extends Omit<TokenRequest, "header"> {
  /** What the token begins with. */
  readonly prefix?: string;
}

/** What {@link fakeIssuer} makes. */
export interface FakeIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly preset: Preset;
  /** The first argument of `createVerifier` or of a framework's `sallyport`. */
  readonly config: VerifierOptions;
  /** The second: a `fetch` that reaches this issuer alone, and the clock. */
  readonly deps: { readonly fetch: typeof globalThis.fetch; readonly now: () => number };
  readonly clock: TestClock;
  /** How often the metadata or the keys were fetched, tokens asked about, or anything else was wanted. */
  readonly requests: {
    readonly discovery: number;
    readonly jwks: number;
    readonly introspection: number;
    readonly other: number;
  };
  /** For `introspection` beside `config`: the client that may ask about this issuer's tokens. */
  readonly introspection: IntrospectionOptions;
  /** A signed access token. */
  token(request?: TokenRequest): Promise<string>;
  /** The same as request headers. */
  bearer(request?: TokenRequest): Promise<{ authorization: string }>;
  /**
   * A token bound to a DPoP key, with the proof for one request, as request headers (RFC 9449). With `token`, that of an earlier
   * call, the token is the same and the proof is new.
   */
  dpop(request: DpopRequest): Promise<{ authorization: string; dpop: string }>;
  /** An access token that says nothing: only this issuer, asked about it, knows what `token()` would have said. */
  opaqueToken(request?: OpaqueTokenRequest): string;
  /** From now on the issuer, asked about this token, calls it inactive. A JWT's signature stays as good as it was. */
  revoke(token: string): void;
  /** Header and payload of the token that `token()` would sign. */
  draft(request?: TokenRequest): { header: Record<string, unknown>; payload: Record<string, unknown> };
  /** Signs anything with the current key. To a header that is an object, `alg` and `kid` are added where they lack. */
  sign(header: Segment, payload: Segment): Promise<string>;
  /** The current key, its private half included. */
  key(): Promise<TestKey>;
  /** The published key set. */
  jwks(): Promise<JsonWebKeySet>;
  /** From now on another key signs. `keepOld` (default: true) says whether the former ones stay published. */
  rotateKeys(options?: { readonly keepOld?: boolean }): void;
  /** Makes metadata, keys and answers about tokens fail, or, with `null`, come again. */
  fail(how: IssuerFailure | null): void;
}

/**
 * Makes an issuer for tests.
 *
 * @throws TypeError where an option is unknown or of the wrong form; so do its functions, about what they are asked for
 *
 * @example
 * ```ts
 * const idp = fakeIssuer({ audience: "my-api" });
 * const verifier = createVerifier(idp.config, idp.deps);
 * const identity = await verifier.verify(await idp.token({ subject: "s1", roles: ["Reader"] }));
 * identity.roles; // ["Reader"]
 * idp.clock.advance({ hours: 1 }); // and the token has expired
 * ```
 */
export function fakeIssuer(options: FakeIssuerOptions = {}): FakeIssuer {
  checkRequest("fakeIssuer", options);
  const { preset: name = "rfc9068", lifetimeSeconds = 300, clock = createTestClock() } = options;
  const preset = presets[name];
  const {
    issuer = tokenShapes[name].issuer,
    algorithm = usualAlgorithm(preset),
    audience = "my-api",
  } = options;
  const audiences = Object.freeze(typeof audience === "string" ? [audience] : [...audience]);
  const base = issuer.replace(/\/$/, "");
  const urls = {
    discovery: `${base}/.well-known/openid-configuration`,
    jwks: `${base}/jwks`,
    introspection: `${base}/introspect`,
  };
  const requests = { discovery: 0, jwks: 0, introspection: 0, other: 0 };
  let failure: IssuerFailure | null = null;
  let made = 1;
  let tokens = 0;
  let published = [lazyKey(algorithm, 1)];

  const key = () => (published[0] as () => Promise<TestKey>)();
  const jwks = async () => ({ keys: await Promise.all(published.map(async (one) => (await one()).jwk)) });

  function draft(request: TokenRequest = {}) {
    tokens += 1;
    return draftToken(request, {
      name,
      preset,
      issuer,
      audience: audiences,
      kind: options.kind ?? tokenShapes[name].kinds[0],
      lifetimeSeconds,
      tokenId: `token-${tokens}`,
      now: Math.floor(clock.now() / 1000),
    });
  }

  async function sign(header: Segment, payload: Segment): Promise<string> {
    const current = await key();
    const exact = typeof header === "string" || header instanceof Uint8Array;
    return signJws(
      exact ? header : { alg: current.algorithm, kid: current.kid, ...header },
      payload,
      current,
    );
  }

  const asked = createFakeIntrospection({ issuer, now: clock.now, sign });

  async function token(request?: TokenRequest, ...others: readonly unknown[]): Promise<string> {
    checkRequest("token", request, others);
    const { header, payload } = draft(request);
    const made = await sign(header, payload);
    asked.remember(made, payload);
    return made;
  }

  function opaqueToken(given: OpaqueTokenRequest = {}, ...others: readonly unknown[]): string {
    checkRequest("opaqueToken", given, others);
    const { prefix = "", ...request } = given;
    const { payload } = draft(request);
    const random = crypto.getRandomValues(new Uint8Array(24));
    const made = `${prefix}${Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    asked.remember(made, payload);
    return made;
  }

  let ownKey: Promise<DpopKey> | undefined;

  async function dpop(whole: DpopRequest, ...others: readonly unknown[]) {
    checkRequest("dpop", whole, others);
    const { method, url, nonce, key: given, token: known, ...request } = whole;
    ownKey ??= createDpopKey();
    const dpopKey = given ?? (await ownKey);
    const cnf = { jkt: dpopKey.thumbprint };
    const accessToken = known ?? (await token({ ...request, claims: { cnf, ...request.claims } }));
    const proof = await createDpopProof(dpopKey, { method, url, nonce, accessToken, now: clock.now() });
    return { authorization: `DPoP ${accessToken}`, dpop: proof };
  }

  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input);
    const what = (Object.keys(urls) as (keyof typeof urls)[]).find((name) => urls[name] === url) ?? "other";
    requests[what] += 1;
    if (what === "other") {
      throw new TypeError(
        "fakeIssuer: only this issuer's metadata, keys and introspection endpoint can be fetched",
      );
    }
    if (failure === "down") throw new TypeError("fakeIssuer: the issuer is down");
    if (failure === "slow") return neverAnswers(init?.signal ?? undefined);
    if (failure === "wrong-json") return new Response("<!doctype html><title>Sign in</title>");
    if (what === "introspection") return asked.answer(new Request(input, init));
    return Response.json(
      what === "jwks"
        ? await jwks()
        : { issuer, jwks_uri: urls.jwks, introspection_endpoint: urls.introspection },
    );
  }

  return {
    issuer,
    audience: audiences,
    preset,
    config: Object.freeze({
      issuer,
      audience: audiences,
      preset: name,
      ...(!preset.algorithms.includes(algorithm) && { algorithms: [algorithm] }),
    }),
    deps: Object.freeze({ fetch, now: clock.now }),
    clock,
    requests,
    introspection: asked.options,
    token,
    opaqueToken,
    revoke: asked.revoke,
    async bearer(request?: TokenRequest, ...others: readonly unknown[]) {
      checkRequest("token", request, others, "bearer");
      return { authorization: `Bearer ${await token(request)}` };
    },
    dpop,
    draft(request, ...others: readonly unknown[]) {
      checkRequest("token", request, others, "draft");
      return draft(request);
    },
    sign,
    key,
    jwks,
    rotateKeys({ keepOld = true } = {}) {
      made += 1;
      published = [lazyKey(algorithm, made), ...(keepOld ? published : [])];
    },
    fail(how) {
      failure = how;
    },
  };
}

/**
 * Several fake issuers as one configuration; the first one's clock counts, so give all of them the same.
 *
 * @throws TypeError where there is none
 *
 * @example
 * ```ts
 * const clock = createTestClock();
 * const staff = fakeIssuer({ preset: "entra", clock });
 * const jobs = fakeIssuer({ preset: "github-actions", clock });
 * const { config, deps } = joinIssuers([staff, jobs]);
 * const verifier = createVerifier(config, deps);
 * ```
 */
export function joinIssuers(issuers: readonly FakeIssuer[]): Pick<FakeIssuer, "config" | "deps"> {
  const [first] = issuers;
  if (!first) throw new TypeError("joinIssuers takes at least one fake issuer");
  return {
    config: { issuers: issuers.map(({ config }) => config) },
    deps: {
      now: first.clock.now,
      fetch: (input, init) => {
        const url = input instanceof Request ? input.url : String(input);
        const owner = issuers.find(({ issuer }) => url.startsWith(`${issuer.replace(/\/$/, "")}/`)) ?? first;
        return owner.deps.fetch(input, init);
      },
    },
  };
}

function usualAlgorithm({ algorithms }: Preset): TestAlgorithm {
  // Made in a millisecond, where an RSA key takes a hundred.
  return algorithms.includes("ES256") ? "ES256" : "RS256";
}

function lazyKey(algorithm: TestAlgorithm, number: number): () => Promise<TestKey> {
  let key: Promise<TestKey> | undefined;
  return () => {
    key ??= createTestKey(algorithm, `key-${number}`);
    return key;
  };
}

function neverAnswers(signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
