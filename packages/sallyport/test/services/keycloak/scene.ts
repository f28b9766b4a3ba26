// What every file of the suite plays with: one Keycloak, a realm, another realm, and somebody who hears of logouts.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { onTestFinished } from "vitest";
import {
  type AuthEvent,
  anyOf,
  type DecisionEvent,
  role,
  type SallyportDeps,
  type SallyportOptions,
  sallyport,
} from "../../../src/frameworks/fastify.ts";
import { api, realmOf } from "./realm.ts";
import { type Keycloak, startKeycloak } from "./server.ts";

export interface Scene {
  readonly keycloak: Keycloak;
  /** The issuer of the realm that the API trusts. */
  readonly issuer: string;
  /** Of the other realm, which has the same clients, people and roles. */
  readonly otherIssuer: string;
  /** Logout tokens that Keycloak has sent to the client `shop`. */
  readonly logoutTokens: readonly string[];
  stop(): Promise<void>;
}

export async function createScene(home: string): Promise<Scene> {
  const logoutTokens: string[] = [];
  const listener = createServer(async (request, response) => {
    let form = "";
    for await (const chunk of request) form += chunk;
    logoutTokens.push(new URLSearchParams(form).get("logout_token") ?? "");
    response.end();
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  const keycloak = await startKeycloak(home);
  for (const realm of ["orders", "other"]) {
    await keycloak.admin("POST", "realms", realmOf(realm, `http://127.0.0.1:${port}/`));
  }
  return {
    keycloak,
    issuer: `${keycloak.url}/realms/orders`,
    otherIssuer: `${keycloak.url}/realms/other`,
    logoutTokens,
    stop: async () => {
      listener.close();
      await keycloak.stop();
    },
  };
}

/** The answer to one request, and why. */
export interface Answer {
  readonly status: number;
  /** Of the latest decision: of this request, where requests come one after the other. */
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

/** The API, on Fastify, called over HTTP; it ends with the test. */
export async function startApi(options: SallyportOptions, deps: SallyportDeps = {}, port = 0) {
  const events: AuthEvent[] = [];
  const settings = { audience: api, insecureAllowLoopback: true, ...options };
  const auth = sallyport(settings, { audit: [], onEvent: (event) => events.push(event), ...deps });
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/me", auth.required(), (request) => {
    const { kind, issuer, subject, clientId, roles, username } = auth.identity(request);
    return { kind, issuer, subject, clientId, roles, username };
  });
  app.get("/refund", auth.required(role("refund")), () => "refunded");
  app.get("/orders", auth.required(anyOf(role("clerk"), role("auditor"))), () => "orders");
  app.get("/people", auth.required({ kind: "user" }), () => "people");
  const base = await app.listen({ port, host: "127.0.0.1" });
  onTestFinished(async () => {
    await app.close();
  });

  async function get(path: string, token?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(base + path, {
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    });
    const text = await response.text();
    const decision = events.findLast((event): event is DecisionEvent => event.type === "decision");
    return {
      status: response.status,
      code: decision?.code,
      reason: decision?.reason,
      retryAfter: response.headers.get("retry-after"),
      body: text.startsWith("{") ? JSON.parse(text) : text,
    };
  }

  return { auth, events, get };
}
