// An issuer inside the test's own process: real keys, real signatures, no port, no network, no waiting.
import { createDpopKey, createDpopProof, type DpopKey } from "../client/index.ts";
import { type Preset, presets } from "../verify/index.ts";
import { createTestClock } from "./clock.ts";
import type {
  Application,
  DpopRequest,
  FakeIssuer,
  FakeIssuerOptions,
  IssuerFailure,
  LogoutRequest,
  OpaqueTokenRequest,
  SignInRequest,
} from "./contract.ts";
import { createFakeIntrospection } from "./fake-introspection.ts";
import { createFakeSignIn } from "./fake-sign-in.ts";
import { checkRequest } from "./request-options.ts";
import { createTestKey, type Segment, signJws, type TestAlgorithm, type TestKey } from "./sign.ts";
import { draftIdToken, draftToken, type TokenRequest } from "./token-request.ts";
import { tokenShapes } from "./token-shapes.ts";

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
    token: `${base}/token`,
    userinfo: `${base}/userinfo`,
    revocation: `${base}/revoke`,
  };
  // Where only browsers go.
  const pages = { authorization: `${base}/authorize`, endSession: `${base}/end-session` };
  const requests = {
    discovery: 0,
    jwks: 0,
    introspection: 0,
    token: 0,
    userinfo: 0,
    revocation: 0,
    other: 0,
  };
  let failure: IssuerFailure | null = null;
  let made = 1;
  let tokens = 0;
  let published = [lazyKey(algorithm, 1)];

  const key = () => (published[0] as () => Promise<TestKey>)();
  const jwks = async () => ({ keys: await Promise.all(published.map(async (one) => (await one()).jwk)) });

  function context() {
    tokens += 1;
    return {
      name,
      preset,
      issuer,
      audience: audiences,
      kind: options.kind ?? tokenShapes[name].kinds[0],
      lifetimeSeconds,
      tokenId: `token-${tokens}`,
      now: Math.floor(clock.now() / 1000),
    };
  }

  const draft = (request: TokenRequest = {}) => draftToken(request, context());

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

  const people = createFakeSignIn({
    issuer,
    authorizationUrl: pages.authorization,
    lifetimeSeconds,
    now: clock.now,
    subjectOf: (request) => draft(request).payload.sub as string,
    accessToken: token,
    sign,
    async idToken(request, own) {
      const { header, payload } = draftIdToken(request, own, context());
      return sign(header, payload);
    },
  });

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
      throw new TypeError("fakeIssuer: only this issuer's metadata, keys and endpoints can be fetched");
    }
    if (failure === "down") throw new TypeError("fakeIssuer: the issuer is down");
    if (failure === "slow") return neverAnswers(init?.signal ?? undefined);
    if (failure === "wrong-json") return new Response("<!doctype html><title>Sign in</title>");
    return answers[what](new Request(input, init));
  }

  const metadata = {
    issuer,
    jwks_uri: urls.jwks,
    introspection_endpoint: urls.introspection,
    authorization_endpoint: pages.authorization,
    token_endpoint: urls.token,
    userinfo_endpoint: urls.userinfo,
    revocation_endpoint: urls.revocation,
    end_session_endpoint: pages.endSession,
    response_types_supported: ["code"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
  const answers: Record<keyof typeof urls, (request: Request) => Response | Promise<Response>> = {
    discovery: () => Response.json(metadata),
    jwks: async () => Response.json(await jwks()),
    introspection: asked.answer,
    token: people.redeem,
    userinfo: people.userinfo,
    revocation: people.revoke,
  };

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
    client: people.client,
    async signIn(application: Application, request?: SignInRequest, ...others: readonly unknown[]) {
      checkRequest("signIn", request, others);
      return people.signIn(application, request);
    },
    async logoutToken(request: LogoutRequest = {}, ...others: readonly unknown[]) {
      checkRequest("logoutToken", request, others);
      return people.logoutToken(request);
    },
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
