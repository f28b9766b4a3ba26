// The authorization code flow with PKCE (RFC 7636) and a loopback redirect (RFC 8252 §7.3): a person signs in in their browser.
import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type TokenEndpointResponse,
} from "openid-client";
import { type Io, RefusedError, UsageError } from "../io.ts";
import { failureOf } from "./failure.ts";
import { connect, type TokenQuestion } from "./provider.ts";

export interface BrowserQuestion extends TokenQuestion {
  /** The port that the provider sends the browser back to; 0 for any free one. */
  readonly redirectPort: number;
  /** Whether to open the browser, or only to say the address. */
  readonly open: boolean;
}

const waitMs = 300_000;
const path = "/callback";

/** Lets a person sign in, and returns what the provider gives for it. */
export async function browser(question: BrowserQuestion, io: Io): Promise<TokenEndpointResponse> {
  const { config, parameters } = await connect(question, ["authorization_endpoint", "token_endpoint"], io);
  const [verifier, state, nonce] = [randomPKCECodeVerifier(), randomState(), randomNonce()];
  const callback = await listen(question.redirectPort, state);
  try {
    const scope = parameters.get("scope") ?? "openid";
    const address = buildAuthorizationUrl(config, {
      redirect_uri: callback.redirectUri,
      response_type: "code",
      scope,
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      ...(wantsIdToken(scope) && { nonce }),
    });
    for (const name of ["audience", "resource"])
      for (const value of parameters.getAll(name)) address.searchParams.append(name, value);
    io.stderr.write(`Sign in at ${address.href}\n`);
    if (question.open) openBrowser(address.href);
    const { url, answer } = await callback.arrival;
    try {
      const tokens = await authorizationCodeGrant(
        config,
        url,
        {
          pkceCodeVerifier: verifier,
          expectedState: state,
          ...(wantsIdToken(scope) && { expectedNonce: nonce, idTokenExpected: true }),
        },
        new URLSearchParams(question.resource.map((one) => ["resource", one])),
      );
      answer(200, "You are signed in. You can close this window.");
      return tokens;
    } catch (error) {
      answer(400, "That did not work: the terminal says why. You can close this window.");
      throw error;
    }
  } catch (error) {
    throw failureOf(error, "The provider gave no token");
  } finally {
    callback.close();
  }
}

const wantsIdToken = (scope: string) => scope.split(" ").includes("openid");

interface Arrival {
  readonly url: URL;
  readonly answer: (status: number, sentence: string) => void;
}

/** Waits on loopback for the browser to come back with this `state`; whoever comes without it is sent away and changes nothing. */
async function listen(port: number, state: string) {
  let arrive: (arrival: Arrival) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const arrival = new Promise<Arrival>((resolve, reject) => {
    arrive = resolve;
    fail = reject;
  });
  // It may fail before anybody waits.
  arrival.catch(() => {});
  let arrived = false;
  const server = createServer((request, response) => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // Not every request's target is a URL: `//[` is none.
    const url = URL.canParse(request.url ?? "", base) ? new URL(request.url ?? "", base) : undefined;
    if (url?.pathname !== path || request.method !== "GET")
      return send(response, 404, "There is nothing here.");
    if (url.searchParams.get("state") !== state || arrived) {
      return send(response, 400, "This is not the answer that is waited for.");
    }
    arrived = true;
    arrive({ url, answer: (status, sentence) => send(response, status, sentence) });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => {
      const free = code === "EADDRINUSE" ? "; choose another, or leave it out for any free one" : "";
      reject(new UsageError(`--redirect-port: port ${port} can't be listened on (${code})${free}`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  const timer = setTimeout(
    () => fail(new RefusedError("Nobody signed in within five minutes; start again")),
    waitMs,
  );
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    arrival,
    close() {
      clearTimeout(timer);
      server.close();
      server.closeIdleConnections();
    },
  };
}

function send(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    connection: "close",
  });
  response.end(`<!doctype html><html lang="en"><title>sallyport</title><p>${sentence}</p></html>\n`);
}

/** The program that opens a web address, by platform. What it can't open was printed. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

function openBrowser(address: string): void {
  const [program, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
