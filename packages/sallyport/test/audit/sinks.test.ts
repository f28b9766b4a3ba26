// The ready-made sinks and the one-line form: readable, and nothing in an event can forge a line.
import fc from "fast-check";
import pino from "pino";
import { afterEach, describe, expect, test, vi } from "vitest";
import { consoleSink } from "../../src/audit/index.ts";
import type { AuthEvent } from "../../src/events.ts";
import { createAudit, formatEvent, functionSink, jsonLinesSink, loggerSink } from "../../src/index.ts";
import { decisionEvent, securityEvent, sessionEvent } from "./events.ts";

async function through(
  events: readonly AuthEvent[],
  sink: Parameters<typeof createAudit>[0]["sinks"][number],
) {
  const audit = createAudit({ sinks: [sink] });
  for (const event of events) audit.emit(event);
  await audit.close();
  return audit.stats()[0];
}

const hostile =
  's1\n2024 allowed GET /admin subject=root\r\u2028\u2029\u0085\u001b[2K\u202e\u200b"\\ issuer=evil';

describe("formatEvent", () => {
  test.each<[string, AuthEvent, string]>([
    [
      "a refusal",
      decisionEvent(),
      "refused GET /admin 403 insufficient_permissions subject=s1 issuer=https://idp.example.org client=web — The caller lacks roles Admin",
    ],
    [
      "an allowed request",
      decisionEvent({
        outcome: "allowed",
        code: undefined,
        status: undefined,
        reason: undefined,
        actor: "agent",
        requestId: "req-1",
      }),
      "allowed GET /admin subject=s1 issuer=https://idp.example.org client=web actor=agent request=req-1",
    ],
    [
      "nobody",
      decisionEvent({
        outcome: "anonymous",
        code: undefined,
        status: undefined,
        reason: undefined,
        subject: undefined,
        issuer: undefined,
        clientId: undefined,
      }),
      "anonymous GET /admin",
    ],
    [
      "a sign-in",
      sessionEvent(),
      "session login ok subject=s1 issuer=https://idp.example.org client=web request=req-1",
    ],
    [
      "a logout that ended none",
      sessionEvent({ name: "backchannel_logout", ended: 0, requestId: undefined }),
      "session backchannel_logout ok subject=s1 issuer=https://idp.example.org client=web ended=0",
    ],
    [
      "a sign-in that failed",
      sessionEvent({
        outcome: "refused",
        code: "login_interrupted",
        reason: "The provider's answer has no code",
        subject: undefined,
      }),
      "session login refused login_interrupted issuer=https://idp.example.org client=web request=req-1 — The provider's answer has no code",
    ],
    [
      "a security event",
      securityEvent(),
      "security keys_fetch_failed issuer=https://idp.example.org — The request failed before an answer came; the known keys stay in use",
    ],
    [
      "a name in another script",
      decisionEvent({ subject: "žofie@příklad.cz" }),
      expect.stringContaining("subject=žofie@příklad.cz ") as never,
    ],
    [
      "a value with a space",
      decisionEvent({ subject: "a b" }),
      expect.stringContaining('subject="a b" ') as never,
    ],
    [
      "a value that looks like a field",
      decisionEvent({ subject: "a=b" }),
      expect.stringContaining('subject="a=b" ') as never,
    ],
    ["a quote", decisionEvent({ subject: '"' }), expect.stringContaining('subject="\\"" ') as never],
    [
      "a long value",
      decisionEvent({ clientId: "x".repeat(5000) }),
      expect.stringContaining(`client=${"x".repeat(256)}… `) as never,
    ],
  ])("%s", (_, event, expected) => {
    expect(formatEvent(event)).toEqual(expected);
  });

  test("values of a caller's making stay within their quotes and on the line", () => {
    const line = formatEvent(decisionEvent({ subject: hostile }));
    expect(line).toContain(
      'subject="s1\\n2024 allowed GET /admin subject=root\\r\\u2028\\u2029\\u0085\\u001b[2K\\u202e\\u200b\\"\\\\ issuer=evil" issuer=https',
    );
  });

  test("whatever is in the values, it is one line of visible characters", () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(
        text,
        text,
        text,
        text,
        text,
        text,
        (subject, clientId, route, method, requestId, reason) => {
          const line = formatEvent(decisionEvent({ subject, clientId, route, method, requestId, reason }));
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("jsonLinesSink", () => {
  test("writes one JSON object a line", async () => {
    let text = "";
    const events = [decisionEvent(), decisionEvent({ subject: hostile }), securityEvent()];
    await through(
      events,
      jsonLinesSink((some) => {
        text += some;
      }),
    );
    const lines = text.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      events.map((event) => JSON.parse(JSON.stringify(event))),
    );
  });

  test("no value can end a line, whoever reads it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (subject) => {
        let text = "";
        jsonLinesSink((some) => {
          text += some;
        }).write([decisionEvent({ subject })]);
        expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(text.endsWith("\n")).toBe(true);
        expect(JSON.parse(text).subject).toBe(subject);
      }),
      { numRuns: 2000 },
    );
  });

  test("a writer that fails is counted", async () => {
    const stats = await through(
      [decisionEvent(), decisionEvent()],
      jsonLinesSink(async () => {
        throw new Error("disk full");
      }),
    );
    expect(stats).toMatchObject({ written: 0, failed: 2 });
  });
});

describe("loggerSink", () => {
  test.each<[string, AuthEvent, string]>([
    ["an allowed request", decisionEvent({ outcome: "allowed" }), "info"],
    ["nobody", decisionEvent({ outcome: "anonymous" }), "info"],
    ["a refusal", decisionEvent(), "warn"],
    ["an outage", decisionEvent({ status: 503, code: "jwks_fetch_failed" }), "error"],
    ["a sign-in", sessionEvent(), "info"],
    ["a sign-in that was refused", sessionEvent({ outcome: "refused", code: "login_refused" }), "warn"],
    ["a renewal that failed", sessionEvent({ outcome: "failed", code: "refresh_failed" }), "error"],
    ["keys that can't be fetched", securityEvent(), "error"],
    ["a secret that is old", securityEvent({ name: "client_secret_old" }), "warn"],
    ["a flood of kids", securityEvent({ name: "unknown_kid_flood" }), "warn"],
    ["a recovery", securityEvent({ name: "keys_recovered" }), "info"],
  ])("%s: level", async (_, event, level) => {
    const calls: [string, object, string][] = [];
    const log = (name: string) => (details: object, message: string) =>
      void calls.push([name, details, message]);
    await through([event], loggerSink({ info: log("info"), warn: log("warn"), error: log("error") }));
    expect(calls).toEqual([
      [
        level,
        expect.objectContaining({ event: event.type === "decision" ? "decision" : event.name }),
        formatEvent(event),
      ],
    ]);
  });

  test("pino: one line an event with the fields, and no member twice", async () => {
    let text = "";
    const logger = pino(
      { name: "app" },
      {
        write: (some: string) => {
          text += some;
        },
      },
    );
    const events = [decisionEvent({ subject: hostile }), securityEvent(), sessionEvent()];
    await through(events, loggerSink(logger));
    const lines = text.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const names = [...line.matchAll(/[{,]"(\w+)":/g)].map(([, name]) => name);
      expect(names).toEqual([...new Set(names)]);
    }
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: 40,
      name: "app",
      event: "decision",
      subject: hostile,
      code: "insufficient_permissions",
      route: "/admin",
      msg: formatEvent(decisionEvent({ subject: hostile })),
    });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ level: 50, event: "keys_fetch_failed" });
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({ level: 30, event: "login", outcome: "ok" });
  });

  test("a logger that throws at one event loses that one alone", async () => {
    let calls = 0;
    const log = () => {
      calls += 1;
      if (calls === 2) throw new Error("no");
    };
    const stats = await through(
      [decisionEvent(), decisionEvent(), decisionEvent()],
      loggerSink({ info: log, warn: log, error: log }),
    );
    expect(stats).toMatchObject({ written: 2, failed: 1 });
  });
});

test("functionSink waits for one call before it makes the next, and counts each failure", async () => {
  let running = 0;
  let most = 0;
  const seen: string[] = [];
  const stats = await through(
    ["a", "b", "c", "d"].map((subject) => decisionEvent({ subject })),
    functionSink(async (event) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      if (event.type === "decision") seen.push(String(event.subject));
      if (seen.length === 3) throw new Error("no");
    }),
  );
  expect(seen).toEqual(["a", "b", "c", "d"]);
  expect(most).toBe(1);
  expect(stats).toMatchObject({ written: 3, failed: 1 });
});

describe("consoleSink", () => {
  afterEach(() => void vi.useRealTimers());

  test("prints refusals, failed sign-ins and security events, a line each, and nothing that went well", () => {
    const lines: string[] = [];
    const failed = sessionEvent({ outcome: "failed", code: "provider_unavailable" });
    consoleSink({ print: (line) => lines.push(line) }).write([
      decisionEvent(),
      decisionEvent({ outcome: "allowed" }),
      decisionEvent({ outcome: "anonymous" }),
      sessionEvent(),
      failed,
      securityEvent(),
    ]);
    expect(lines).toEqual([
      `sallyport: ${formatEvent(decisionEvent())}`,
      `sallyport: ${formatEvent(failed)}`,
      `sallyport: ${formatEvent(securityEvent())}`,
    ]);
  });

  test("prints ten lines a second, and counts the rest in one when the second is over", () => {
    vi.useFakeTimers();
    const lines: string[] = [];
    const sink = consoleSink({ print: (line) => lines.push(line) });
    sink.write(Array.from({ length: 60 }, () => decisionEvent()));
    sink.write(Array.from({ length: 7 }, () => securityEvent()));
    expect(lines).toHaveLength(10);
    vi.advanceTimersByTime(1000);
    expect(lines.slice(10)).toEqual(["sallyport: 57 more events within this second"]);
    sink.write([decisionEvent()]);
    expect(lines).toHaveLength(12);
    vi.advanceTimersByTime(5000);
    expect(lines).toHaveLength(12);
  });
});
