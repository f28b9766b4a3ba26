// The part of oidc-provider 9 that this package uses; the library ships no types of its own.
declare module "oidc-provider" {
  type IncomingMessage = import("node:http").IncomingMessage;
  type ServerResponse = import("node:http").ServerResponse;

  export interface ResourceServerInfo {
    scope: string;
    audience?: string;
    accessTokenTTL?: number;
    accessTokenFormat?: "jwt" | "opaque";
    jwt?: { sign: { alg: string } };
  }

  export interface ResourceServer extends ResourceServerInfo {
    identifier(): string;
  }

  export interface Client {
    readonly clientId: string;
    readonly clientName?: string;
    readonly clientAuthMethod: string;
    readonly redirectUris: readonly string[];
    readonly scope?: string;
    grantTypeAllowed(type: string): boolean;
  }

  export interface Grant {
    jti: string;
    accountId: string;
    clientId: string;
    addOIDCScope(scope: string): void;
    rejectOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  /** What every kind of token has in common here: access tokens, client credentials, codes and refresh tokens. */
  export interface Token {
    readonly kind: string;
    readonly clientId: string;
    readonly accountId?: string;
    readonly grantId?: string;
    readonly gty?: string;
    readonly jkt?: string;
    readonly sid?: string;
    readonly sessionUid?: string;
    readonly expiresWithSession?: boolean;
    readonly extra?: Record<string, unknown>;
    readonly authTime?: number;
    readonly acr?: string;
    readonly amr?: readonly string[];
    readonly scopes: ReadonlySet<string>;
    readonly aud?: string;
    readonly expiration: number;
    scope?: string;
    resourceServer?: ResourceServer;
    save(): Promise<string>;
  }

  export interface IdToken {
    payload(): Promise<Record<string, unknown>>;
  }

  export interface Interaction {
    readonly uid: string;
    readonly prompt: { name: string; reasons: string[]; details: Record<string, unknown> };
    readonly params: Record<string, string | undefined>;
    readonly session?: { accountId: string };
    readonly grantId?: string;
    readonly returnTo: string;
  }

  export interface OIDCContext {
    readonly route: string;
    readonly issuer: string;
    readonly acr?: string;
    readonly params: Record<string, string | string[] | undefined>;
    readonly client?: Client;
    readonly account?: { accountId: string };
    readonly entities: { [kind: string]: unknown };
    readonly result?: { consent?: { grantId?: string } };
    readonly session?: {
      accountId?: string;
      state?: { secret: string; clientId?: string; postLogoutRedirectUri?: string };
      grantIdFor(clientId: string): string | undefined;
    };
    readonly requestParamScopes: ReadonlySet<string>;
    readonly requestParamOIDCScopes: ReadonlySet<string>;
    readonly resourceServers: Record<string, ResourceServer>;
    urlFor(route: string): string;
  }

  export interface Context {
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly method: string;
    readonly path: string;
    readonly oidc: OIDCContext;
    type: string;
    status: number;
    body: unknown;
    set(header: string, value: string): void;
  }

  export interface Adapter {
    upsert(id: string, payload: Record<string, unknown>, expiresIn?: number): Promise<void>;
    find(id: string): Promise<Record<string, unknown> | undefined>;
    findByUid(uid: string): Promise<Record<string, unknown> | undefined>;
    findByUserCode(userCode: string): Promise<Record<string, unknown> | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  interface Finds<T> {
    find(id: string): Promise<T | undefined>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    static readonly ctx: Context | undefined;
    readonly issuer: string;
    readonly Client: Finds<Client> & { prototype: Record<string, (uri: string) => boolean> };
    readonly Grant: Finds<Grant> & (new (values: { accountId: string; clientId: string }) => Grant);
    readonly AccessToken: new (
      values: Record<string, unknown>,
    ) => Token;
    readonly ClientCredentials: new (
      values: Record<string, unknown>,
    ) => Token;
    readonly ResourceServer: new (
      identifier: string,
      info: ResourceServerInfo,
    ) => ResourceServer;
    readonly IdToken: { prototype: IdToken; expiresIn: (...args: unknown[]) => number };
    callback(): (req: IncomingMessage, res: ServerResponse) => Promise<void>;
    // biome-ignore lint/suspicious/noExplicitAny: each event has arguments of its own
    on(event: string, listener: (...args: any[]) => void): this;
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>;
    interactionFinished(
      req: IncomingMessage,
      res: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<void>;
  }

  export interface Checks {
    add(check: unknown): void;
  }

  export const interactionPolicy: {
    base(): { get(name: string): { checks: Checks } | undefined };
    Check: new (
      reason: string,
      description: string,
      error: string,
      check: (ctx: Context) => boolean,
    ) => unknown;
  };

  export const errors: Record<string, new (message?: string, detail?: string) => Error>;
}
