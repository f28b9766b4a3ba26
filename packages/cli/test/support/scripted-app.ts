// An application's sign-in as it should be, but for what a test breaks: the redirect, the cookie, the callback and the session endpoint.
import type { IncomingMessage } from "node:http";

import { serve } from "./scripted-provider.ts";
import { json, type Plain } from "./scripted-sign-in.ts";

export interface AppScript {
  readonly login?: (right: Plain, origin: string) => Plain;
  /** The authorization request's parameters. */
  readonly request?: (right: Record<string, string>) => Record<string, string>;
  readonly cookie?: string;
  readonly callback?: (right: Plain, request: IncomingMessage) => Plain;
  readonly session?: (right: Plain) => Plain;
}

const noStore = { "cache-control": "no-store" };
const cookie = "sallyport-login-1=sealed";

/** Starts it until the test is over. @returns its URL */
export async function startApp(script: AppScript = {}): Promise<string> {
  const origin: string = await serve((request, response) => {
    const { status, headers, body } = answerOf(request);
    response.writeHead(status, { ...headers } as Record<string, string>).end(body);
  });

  function answerOf(request: IncomingMessage): Plain {
    const [path] = (request.url ?? "").split("?");
    if (path === "/auth/v2/login") {
      const parameters = {
        client_id: "web",
        redirect_uri: `${origin}/auth/v2/callback`,
        response_type: "code",
        scope: "openid",
        state: "state-of-the-sign-in",
        nonce: "nonce-of-the-sign-in",
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256",
      };
      const query = new URLSearchParams(script.request?.(parameters) ?? parameters);
      const line = script.cookie ?? `${cookie}; Path=/; HttpOnly; SameSite=Lax`;
      const right: Plain = {
        status: 303,
        headers: {
          ...noStore,
          location: `https://idp.example/authorize?${query}`,
          ...(line !== "" && { "set-cookie": line }),
        },
      };
      return script.login?.(right, origin) ?? right;
    }
    if (path === "/auth/v2/callback") {
      const error = request.headers.cookie?.includes(cookie) ? "login_refused" : "login_interrupted";
      const right = json(400, { error });
      return script.callback?.(right, request) ?? right;
    }
    if (path === "/auth/v2/session") {
      const right = { ...json(401, { error: "login_required" }), headers: noStore };
      return script.session?.(right) ?? right;
    }
    return { status: 404 };
  }
  return origin;
}
