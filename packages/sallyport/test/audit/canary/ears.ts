// Canaries: words that must not be heard anywhere. Everything the library lets out is collected and searched for them.
import { inspect } from "node:util";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import pino from "pino";
import { Registry } from "prom-client";
import { consoleSink } from "../../../src/audit/index.ts";
import type { RequestFacts } from "../../../src/http/index.ts";
import { Refused } from "../../../src/http/refusal.ts";
import {
  AuthError,
  type AuthEvent,
  formatEvent,
  functionSink,
  jsonLinesSink,
  loggerSink,
} from "../../../src/index.ts";
import { type Core, createCore, type SallyportDeps, type SallyportOptions } from "../../../src/sallyport.ts";
import { openTelemetry } from "../../../src/telemetry/opentelemetry.ts";
import { prometheus } from "../../../src/telemetry/prom-client.ts";

/** A word to look for. Lower case and without punctuation, so that no encoding of text changes it. */
export const canary = (label: string) => `cnry${label}zz`;
const heard = /cnry[a-z0-9]*?zz/g;

/** What a verified token may say in events, and only in the fields of these names. */
export interface Permitted {
  readonly subject?: string;
  readonly clientId?: string;
  readonly actor?: string;
  readonly keyId?: string;
}

/** Everything that came out while one scenario ran. */
export class Ears {
  readonly #outputs: { readonly where: string; readonly text: string }[] = [];
  readonly #secrets: string[] = [];
  readonly codes = new Set<string>();
  readonly events: AuthEvent[] = [];
  permitted: Permitted = {};

  /** Texts to look for beside the canaries: a token's own segments. */
  hide(token: string): string {
    for (const segment of token.split("."))
      if (segment.length >= 16) this.#secrets.push(segment.slice(0, 40));
    return token;
  }

  hear(where: string, value: unknown): void {
    this.#outputs.push({ where, text: textOf(value) });
    for (let error = value; error instanceof Error; error = error.cause) {
      if (error instanceof AuthError) this.codes.add(error.code);
    }
  }

  /** What goes back to who asked: the address of the sign-in may say there which page they asked for, and nothing else may. */
  hearAnswer(where: string, value: unknown): void {
    const before = this.#outputs.length;
    this.hear(where, value);
    for (const output of this.#outputs.splice(before))
      this.#outputs.push({ where, text: output.text.replace(/return_to=[^"'&\s]*/g, "") });
  }

  hearEvent(where: string, event: object): void {
    const fields = { ...event } as Record<string, unknown>;
    if (typeof fields.code === "string") this.codes.add(fields.code);
    for (const [name, value] of Object.entries(this.permitted))
      if (fields[name] === value) delete fields[name];
    this.hear(where, fields);
  }

  hearLine(where: string, line: string): void {
    const { subject, clientId, actor } = this.permitted;
    const named = { subject, client: clientId, actor };
    let rest = line;
    for (const [name, value] of Object.entries(named))
      if (value) rest = rest.replace(` ${name}=${value} `, " ");
    this.hear(where, rest);
  }

  /** Where a canary or a piece of a token was heard; empty is right. */
  leaks(): string[] {
    return this.#outputs.flatMap(({ where, text }) => [
      ...[...new Set(text.toLowerCase().match(heard) ?? [])].map(
        (word) => `${word} in ${where}: ${text.slice(0, 400)}`,
      ),
      ...this.#secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${where}`),
    ]);
  }

  get outputs(): number {
    return this.#outputs.length;
  }
}

/** Everything that printing, serialising or walking a value could bring to light. */
export function textOf(value: unknown): string {
  const whole = {
    depth: null,
    showHidden: true,
    getters: true,
    maxStringLength: null,
    maxArrayLength: null,
  } as const;
  const parts = [inspect(value, whole), String(value)];
  try {
    parts.push(JSON.stringify(value) ?? "");
  } catch {
    // A circle: inspect has gone round it.
  }
  const seen = new Set<unknown>();
  for (let error: unknown = value; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error);
    parts.push(error.message, error.stack ?? "", JSON.stringify(Object.getOwnPropertyDescriptors(error)));
    if (error instanceof AuthError)
      parts.push(error.description, error.challenge() ?? "", String(error.error));
  }
  return parts.join("\n");
}

/** What an application is given so that all it says is heard; `close` closes it and hears the rest. */
export function hearing(ears: Ears, deps: SallyportDeps = {}) {
  const logger = pino(
    { level: "trace" },
    { write: (line: string) => ears.hearEvent("pino", stripMessage(line, ears)) },
  );
  const registry = new Registry();
  const spans = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).getTracer(
    "test",
  );
  const listening: SallyportDeps = {
    ...deps,
    telemetry: [
      openTelemetry({ tracer, meter: false, cacheHits: true }),
      prometheus({ registry, routes: true }),
    ],
    logger,
    onEvent: (event) => {
      ears.events.push(event);
      ears.hearEvent("onEvent", event);
      ears.hearLine("formatEvent", `${formatEvent(event)} `);
    },
    audit: [
      loggerSink(
        pino(
          { level: "trace" },
          { write: (line: string) => ears.hearEvent("loggerSink", stripMessage(line, ears)) },
        ),
      ),
      jsonLinesSink((text) => {
        for (const line of text.trimEnd().split("\n"))
          ears.hearEvent("jsonLinesSink", JSON.parse(line) as object);
      }),
      functionSink((event) => ears.hearEvent("functionSink", event)),
      consoleSink({ print: (line) => ears.hearLine("consoleSink", `${line} `) }),
    ],
    onRefused: (refusal) => {
      ears.hearAnswer("onRefused", refusal);
      return undefined;
    },
  };
  return {
    deps: listening,
    async close(close: () => Promise<void>) {
      ears.hear("metrics", await registry.metrics());
      await close();
      ears.hear("metrics after close", await registry.metrics());
      for (const { name, attributes, status, events, links } of spans.getFinishedSpans()) {
        const { "sallyport.key_id": keyId, ...rest } = attributes;
        ears.hearEvent("a span", { name, keyId, ...rest, status, events, links });
      }
    },
  };
}

/** A wired application whose every output is heard. */
export async function listen(options: SallyportOptions, ears: Ears, deps: SallyportDeps = {}): Promise<Core> {
  const heard = hearing(ears, deps);
  const core = createCore(options, heard.deps);
  return { ...core, close: () => heard.close(() => core.close()) };
}

function stripMessage(line: string, ears: Ears): object {
  const { msg, ...rest } = JSON.parse(line) as { msg: string };
  ears.hearLine("a log line", `${msg} `);
  return rest;
}

/** One request through a guard; what comes back is heard. */
export async function request(
  core: Core,
  ears: Ears,
  facts: Partial<RequestFacts>,
  needed?: Parameters<Core["guard"]>[0],
) {
  const outcome = await core.guard(needed)({
    authorization: undefined,
    scheme: "Bearer",
    header: () => undefined,
    method: "GET",
    url: "/",
    route: "/things/:id",
    requestId: "r1",
    ...facts,
  });
  if (outcome instanceof Refused) {
    ears.hear("refusal body", outcome.body);
    ears.hear("refusal headers", outcome.headers);
    ears.hear("refusal error", outcome.error);
  }
  return outcome;
}

/** Closes, and hears what is left. */
export async function finish(core: Core, ears: Ears): Promise<void> {
  ears.hear("health()", core.health());
  ears.hear(
    "signingKeys()",
    core.signingKeys().map(({ kid, ...rest }) => (kid === ears.permitted.keyId ? rest : { kid, ...rest })),
  );
  await core.close();
  ears.hear("health() after close", core.health());
}
