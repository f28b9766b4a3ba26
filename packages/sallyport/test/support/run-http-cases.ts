// Runs the table of HTTP cases against one framework, each group on a server of its own.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DecisionEvent, SallyportDeps, SallyportOptions } from "../../src/frameworks/exports.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import {
  type FrameworkName,
  type HttpCase,
  type HttpExpectation,
  type HttpGroup,
  type HttpRoute,
  httpGroups,
  httpRoutes,
  httpTokens,
} from "../cases/http-cases.ts";
import { rawRequest } from "./raw-http.ts";
import { runSenderCases } from "./run-sender-cases.ts";

/** What a server is made of. */
export interface ServerParts {
  readonly routes: readonly HttpRoute[];
  readonly options: SallyportOptions;
  readonly deps: SallyportDeps;
  /** To be called by every handler: the table counts. */
  readonly handled: () => void;
}

export interface TestServer {
  readonly port: number;
  close(): Promise<unknown> | unknown;
}

/** Makes a server in a framework's own way. With `refuse: "throw"` its error handling answers `{ handled: code }`. */
export type MakeServer = (parts: ServerParts) => Promise<TestServer>;

export function runCases(framework: FrameworkName, makeServer: MakeServer): void {
  runSenderCases(framework, makeServer);
  describe.each(httpGroups.map((group) => [group.name, group] as const))(
    `${framework}: %s`,
    (_name, group) => {
      const events: DecisionEvent[] = [];
      const tokens: Record<string, string> = {};
      let handled = 0;
      let server: TestServer;

      beforeAll(async () => {
        const idp = fakeIssuer({ audience: "my-api" });
        for (const [name, request] of Object.entries(httpTokens)) tokens[name] = await idp.token(request);
        if (group.down) idp.fail("down");
        server = await makeServer({
          routes: httpRoutes,
          options: { ...idp.config, ...group.options },
          deps: {
            ...idp.deps,
            ...(group.onRefused && { onRefused: group.onRefused }),
            onEvent: (event) => {
              if (event.type === "decision") events.push(event);
            },
          },
          handled: () => {
            handled += 1;
          },
        });
      });
      afterAll(() => server?.close());

      test.each(titled(group))("%s", async (_title, row) => {
        const fill = (text: string) => text.replace(/\{(\w+)\}/g, (all, name: string) => tokens[name] ?? all);
        events.length = 0;
        handled = 0;
        const answer = await rawRequest(server.port, {
          method: row.method ?? "GET",
          path: fill(row.path ?? "/me"),
          headers: (row.headers ?? []).map(([name, value]) => [name, fill(value)]),
          body: row.body && fill(row.body),
          promisedBytes: row.promisedBytes,
        });
        const expected = row.differs?.[framework] ?? row.expect;
        expect(answer.status).toBe(expected.status);
        for (const [name, value] of Object.entries(expected.headers ?? {})) {
          expect([name, answer.headers[name] ?? null]).toEqual([name, value]);
        }
        if (expected.body !== undefined) {
          expect(typeof expected.body === "string" ? answer.body : JSON.parse(answer.body)).toEqual(
            expected.body,
          );
        }
        expect(events.map(({ outcome }) => outcome)).toEqual(expected.events ?? [outcomeOf(expected)]);
        expect(handled).toBe(expected.handled ?? (expected.status === 200 ? 1 : 0));
        const written = JSON.stringify([events, answer]);
        expect(Object.keys(tokens).filter((name) => written.includes(tokens[name] as string))).toEqual([]);
      });
    },
  );
}

function outcomeOf({ status }: HttpExpectation): string {
  return status === 200 ? "allowed" : "refused";
}

function titled({ cases }: HttpGroup): (readonly [title: string, row: HttpCase])[] {
  return cases.map((row) => [`${row.id}: ${row.name}`, row] as const);
}
