// The applications that may ask for tokens: their shape, the five that come with the provider, and their OIDC metadata.

/** What kind of application a client is; it decides its grants and how it authenticates. */
export type ClientType = "web" | "spa" | "native" | "device" | "machine";

/** An application. Secrets are development values: they are printed, and may be read by anyone. */
export interface Client {
  readonly id: string;
  readonly type: ClientType;
  readonly name: string;
  /** For `web` and `machine` only. */
  readonly secret?: string;
  /** Where a sign-in may return to, compared exactly; a `native` client's loopback addresses match on any port. */
  readonly redirectUris?: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  /** Any address on this machine (localhost, 127.0.0.1, [::1]) may be returned to, whatever its port and path. */
  readonly anyLoopbackRedirect?: boolean;
  /** Receives a logout token when a person signs out. */
  readonly backchannelLogoutUri?: string;
  /** The scopes that the client may ask for; every known scope when left out. */
  readonly scopes?: readonly string[];
  /** For client credentials: what the application itself may do. */
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly permissions?: readonly string[];
  /** Default true. When false, the person is asked whether the application may have what it asks for. */
  readonly firstParty?: boolean;
  /** Every token must be bound to a key (DPoP, RFC 9449). */
  readonly dpopRequired?: boolean;
}

/** One client of each kind. */
export const seededClients: readonly Client[] = [
  {
    id: "web",
    type: "web",
    name: "Web application",
    secret: "web-secret",
    redirectUris: ["http://localhost:3000/callback"],
    postLogoutRedirectUris: ["http://localhost:3000/"],
    anyLoopbackRedirect: true,
  },
  {
    id: "spa",
    type: "spa",
    name: "Single-page application",
    redirectUris: ["http://localhost:5173/callback"],
    postLogoutRedirectUris: ["http://localhost:5173/"],
    anyLoopbackRedirect: true,
  },
  {
    id: "native",
    type: "native",
    name: "Native application",
    redirectUris: ["http://127.0.0.1/callback", "http://localhost/callback", "test.example.app:/callback"],
    postLogoutRedirectUris: ["http://127.0.0.1/", "http://localhost/"],
  },
  { id: "device", type: "device", name: "Device without a browser" },
  {
    id: "machine",
    type: "machine",
    name: "Machine",
    secret: "machine-secret",
    scopes: ["users:read", "documents:read", "documents:write"],
    roles: ["Service"],
    permissions: ["users:read", "documents:read", "documents:write"],
  },
];

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/** All that differs between the kinds of client: one row a kind. */
export const clientTypes: Readonly<
  Record<ClientType, { confidential: boolean; redirects: boolean; applicationType: string; grants: string[] }>
> = {
  web: {
    confidential: true,
    redirects: true,
    applicationType: "web",
    // With that of devices: an application lets programs on other machines sign in by its own client.
    grants: ["authorization_code", deviceGrant, "refresh_token"],
  },
  spa: {
    confidential: false,
    redirects: true,
    applicationType: "web",
    grants: ["authorization_code", "refresh_token"],
  },
  native: {
    confidential: false,
    redirects: true,
    applicationType: "native",
    grants: ["authorization_code", "refresh_token"],
  },
  device: {
    confidential: false,
    redirects: false,
    applicationType: "native",
    grants: [deviceGrant, "refresh_token"],
  },
  machine: {
    confidential: true,
    redirects: false,
    applicationType: "web",
    grants: ["client_credentials"],
  },
};

/** The client as OpenID Connect metadata (OpenID Connect Registration §2), which oidc-provider takes. */
export function clientMetadata(client: Client): Record<string, unknown> {
  const { confidential, redirects, applicationType, grants } = clientTypes[client.type];
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: applicationType,
    grant_types: grants,
    response_types: redirects ? ["code"] : [],
    redirect_uris: redirects ? [...(client.redirectUris ?? [])] : [],
    post_logout_redirect_uris: [...(client.postLogoutRedirectUris ?? [])],
    token_endpoint_auth_method: confidential ? "client_secret_basic" : "none",
    ...(confidential && { client_secret: client.secret }),
    ...(client.scopes && { scope: client.scopes.join(" ") }),
    ...(client.dpopRequired && { dpop_bound_access_tokens: true }),
    ...(client.backchannelLogoutUri && {
      backchannel_logout_uri: client.backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
  };
}

const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Says whether an address is one of this machine's own. */
export function isLoopback(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password, hash } = new URL(uri);
  return protocol === "http:" && loopbackHosts.has(hostname) && !username && !password && !hash;
}
