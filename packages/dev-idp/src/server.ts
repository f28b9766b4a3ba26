// The HTTP face: checks the host, counts, fails where it should, and hands over to whoever answers.
/// <reference path="./oidc-provider.d.ts" />
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";
import type { Clock } from "./clock.ts";
import { type Control, serveControl } from "./control.ts";
import type { Directory } from "./directory.ts";
import { type Endpoint, endpointOf } from "./endpoints.ts";
import type { Failures } from "./failures.ts";
import { disguiseJwt } from "./jwt-tokens.ts";
import { homePage } from "./pages/home.ts";
import { baseHeaders, pagePolicy } from "./pages/html.ts";
import { BodyTooLong } from "./read-body.ts";
import { sendPage, sendText } from "./send.ts";
import { serveSignIn } from "./sign-in.ts";

export interface Face {
  issuer: string;
  directory: Directory;
  failures: Failures;
  clock: Clock;
  requests: Record<Endpoint, number>;
  control: Control;
  /** The provider of the moment: a key rotation replaces it. */
  provider: () => Provider;
  report: (sentence: string) => void;
}

/** The listener of the HTTP server. It never throws: what goes wrong is answered with 500 and reported. */
export function createListener(face: Face): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    serve(face, request, response).catch((error: Error) => {
      if (error instanceof BodyTooLong && !response.headersSent)
        return sendText(response, 413, error.message);
      face.report(`${request.method} ${request.url?.split("?")[0]} failed: ${error.message}`);
      if (!response.headersSent) sendText(response, 500, "The provider failed. Its terminal says why.");
      else response.destroy();
    });
  };
}

async function serve(face: Face, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { issuer, directory, failures, clock, requests, provider } = face;
  for (const [name, value] of Object.entries(baseHeaders)) response.setHeader(name, value);
  if (!isForUs(issuer, request, response)) return;
  const [path = ""] = (request.url ?? "").split("?");
  const endpoint = endpointOf(path);
  requests[endpoint] += 1;
  const shift = clock.shiftSeconds();
  if (shift !== 0) response.setHeader("date", new Date(Date.now() + shift * 1000).toUTCString());

  if (path === "/" && (request.method === "GET" || request.method === "HEAD")) {
    const page = homePage({ issuer, directory, failing: failures.current() });
    return sendPage(response, 200, page, pagePolicy());
  }
  if (path.startsWith("/control/")) return serveControl(face.control, issuer, path, request, response);
  if (path === "/favicon.ico") return sendText(response, 204, "");
  if (await failures.intercept(endpoint, response)) return;
  if (endpoint === "signIn") return serveSignIn({ provider: provider(), directory, request, response });
  const asksAboutToken = endpoint === "introspection" || endpoint === "revocation";
  const forwarded = asksAboutToken && request.method === "POST" ? await disguiseJwt(request) : request;
  await provider().callback()(forwarded, response);
}

// A page elsewhere could make its own name point at 127.0.0.1 and read what is here (DNS rebinding), so a foreign Host
// is refused. A browser that comes by "localhost" is sent to the issuer's address, since its cookies live there.
function isForUs(issuer: string, request: IncomingMessage, response: ServerResponse): boolean {
  const { host, port } = new URL(issuer);
  const { url = "" } = request;
  if (request.headers.host === host && url.startsWith("/")) return true;
  if (request.headers.host === `localhost:${port}` && url.startsWith("/")) {
    response.writeHead(308, { location: issuer + url }).end();
  } else {
    sendText(response, 421, `This provider answers at ${issuer} only.`);
  }
  return false;
}
