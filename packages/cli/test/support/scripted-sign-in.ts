// A provider that people sign in at and that knows one client, but for what a test breaks; and an application's sign-in, likewise.
import type { IncomingMessage } from "node:http";
import { type Json, serve } from "./scripted-provider.ts";

export const client = {
  id: "web",
  secret: "the-secret-of-web",
  callback: "https://app.example/auth/v2/callback",
};

/** Status, headers and body. */
export interface Plain {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

/** How a request for a sign-in, or for tokens, is to be taken. */
export interface Asked {
  readonly clientId: string;
  readonly callback: string;
  readonly state: string;
}
export interface Redeemed {
  readonly method: "client_secret_basic" | "client_secret_post";
  readonly good: boolean;
}

export interface SignInScript {
  readonly metadata?: (good: Json, origin: string) => Json;
  readonly authorize?: (right: Plain, asked: Asked) => Plain;
  readonly token?: (right: Plain, redeemed: Redeemed) => Plain;
}

const page = (words: string, status = 200): Plain => ({
  status,
  headers: { "content-type": "text/html" },
  body: `<html><style>.client{}</style><p>${words}</p></html>`,
});
export const pages = {
  signIn: page("Who are you?"),
  wrongCallback: page("Invalid parameter: redirect_uri", 400),
  wrongClient: page("Client not found.", 400),
  wordless: page("Bad request", 400),
  error: page("Something went wrong"),
} as const;
export const json = (status: number, body: object): Plain => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** Starts it until the test is over. @returns its issuer, and what its token endpoint was sent */
export async function startSignInProvider({ metadata, authorize, token }: SignInScript = {}) {
  const forms: URLSearchParams[] = [];
  const issuer: string = await serve(async (request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    const { status, headers, body } = await answerOf(url, request);
    response.writeHead(status, { ...headers } as Record<string, string>).end(body);
  });

  async function answerOf(url: URL, request: IncomingMessage): Promise<Plain> {
    if (url.pathname === "/.well-known/openid-configuration") {
      const good = goodMetadata(issuer);
      return json(200, metadata?.(good, issuer) ?? good);
    }
    if (url.pathname === "/authorize") {
      const [clientId = "", callback = "", state = ""] = ["client_id", "redirect_uri", "state"].map(
        (name) => url.searchParams.get(name) ?? "",
      );
      const right =
        clientId !== client.id
          ? pages.wrongClient
          : callback !== client.callback
            ? pages.wrongCallback
            : pages.signIn;
      return authorize?.(right, { clientId, callback, state }) ?? right;
    }
    if (url.pathname === "/token") {
      const form = new URLSearchParams(await bodyOf(request));
      forms.push(form);
      const basic = request.headers.authorization?.replace("Basic ", "");
      const wanted = Buffer.from(`${client.id}:${client.secret}`).toString("base64");
      const method = basic === undefined ? "client_secret_post" : "client_secret_basic";
      const good =
        basic === undefined
          ? form.get("client_id") === client.id && form.get("client_secret") === client.secret
          : basic === wanted;
      const right = good
        ? json(400, { error: "invalid_grant" })
        : json(401, { error: "invalid_client", error_description: "no" });
      return token?.(right, { method, good }) ?? right;
    }
    return json(404, {});
  }
  return { issuer, forms };
}

function goodMetadata(origin: string): Json {
  return {
    issuer: origin,
    jwks_uri: `${origin}/keys`,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    end_session_endpoint: `${origin}/logout`,
    device_authorization_endpoint: `${origin}/device`,
    response_types_supported: ["code"],
    scopes_supported: ["openid", "offline_access"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    code_challenge_methods_supported: ["S256"],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
