// What a fake issuer says of its tokens when it is asked (RFC 7662, RFC 9701).
import type { IntrospectionOptions } from "../verify/index.ts";

/** What {@link createFakeIntrospection} needs of the issuer. */
export interface FakeIntrospectionContext {
  readonly issuer: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sign: (header: Record<string, unknown>, payload: Record<string, unknown>) => Promise<string>;
}

const client = { clientId: "my-api-client", clientSecret: "my-api-secret" } as const;
const signedType = "application/token-introspection+jwt";

/** Remembers tokens, and answers questions about them; only its own client may ask. */
export function createFakeIntrospection({ issuer, now, sign }: FakeIntrospectionContext) {
  const claimsByToken = new Map<string, Readonly<Record<string, unknown>>>();

  function answerAbout(token: string): Record<string, unknown> {
    const claims = claimsByToken.get(token);
    if (!claims || !(Number(claims.exp) * 1000 > now())) return { active: false };
    return { active: true, token_type: "Bearer", ...claims };
  }

  async function answer(request: Request): Promise<Response> {
    const { clientId, clientSecret } = client;
    const form = new URLSearchParams(await request.text());
    const basic = request.headers.get("authorization") === `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    const posted = form.get("client_id") === clientId && form.get("client_secret") === clientSecret;
    if (!basic && !posted) return Response.json({ error: "invalid_client" }, { status: 401 });
    const body = answerAbout(form.get("token") ?? "");
    if (request.headers.get("accept") !== signedType) return Response.json(body);
    const payload = {
      iss: issuer,
      aud: clientId,
      iat: Math.floor(now() / 1000),
      token_introspection: body,
    };
    const jwt = await sign({ typ: "token-introspection+jwt" }, payload);
    return new Response(jwt, { headers: { "content-type": signedType } });
  }

  return {
    options: Object.freeze<IntrospectionOptions>({ ...client }),
    answer,
    remember(token: string, claims: Readonly<Record<string, unknown>>): void {
      claimsByToken.set(token, claims);
    },
    revoke(token: string): void {
      claimsByToken.delete(token);
    },
  };
}
