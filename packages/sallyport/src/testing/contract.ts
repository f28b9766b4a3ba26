// What a fake issuer is asked for, and what it has.
import type { DpopKey } from "../client/index.ts";
import type { IdentityKind } from "../identity.ts";
import type {
  IntrospectionOptions,
  JsonWebKeySet,
  Preset,
  PresetName,
  VerifierOptions,
} from "../verify/index.ts";
import type { TestClock } from "./clock.ts";
import type { Segment, TestAlgorithm, TestKey } from "./sign.ts";
import type { TokenRequest } from "./token-request.ts";

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

/** An application under test: the address of a server that listens, or a function that answers. */
export type Application = string | ((request: Request) => Response | Promise<Response>);

/** Who signs in, and how the application is reached. */
export interface SignInRequest extends Omit<TokenRequest, "header" | "kind" | "clientId"> {
  /** Where the application's router begins a sign-in. Default: `/auth/v2/login`. */
  readonly loginPath?: string;
}

/** Who is signed out, by the provider. */
export interface LogoutRequest {
  readonly subject?: string;
  /** The provider's session. Default: none, which ends all of the subject's. */
  readonly sid?: string;
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
  /** How often the metadata or the keys were fetched, tokens asked about or got, or anything else was wanted. */
  readonly requests: {
    readonly discovery: number;
    readonly jwks: number;
    readonly introspection: number;
    readonly token: number;
    readonly userinfo: number;
    readonly revocation: number;
    readonly other: number;
  };
  /** For `introspection` beside `config`: the client that may ask about this issuer's tokens. */
  readonly introspection: IntrospectionOptions;
  /** Beside `config`: the client by which people sign in. */
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  /**
   * Signs somebody in, by the application's own router: opens its login, and comes back to its callback as a browser would.
   *
   * @returns the cookies of who is signed in, as request headers
   * @throws TypeError by rejection, where the application answers with something else than the redirects of a sign-in
   *
   * @example
   * ```ts
   * const idp = fakeIssuer();
   * const app = build({ ...idp.config, ...idp.client, publicUrl: "https://app.example", session: { secret } }, idp.deps);
   * const headers = await idp.signIn((request) => app.fetch(request), { subject: "s1", roles: ["Reader"] });
   * await app.request("/orders", { headers });
   * ```
   */
  signIn(application: Application, request?: SignInRequest): Promise<{ cookie: string }>;
  /** A logout token for the client, as `logout_token` of a form to the back-channel endpoint takes it. */
  logoutToken(request?: LogoutRequest): Promise<string>;
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
