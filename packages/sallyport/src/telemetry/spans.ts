// Spans for what takes time: the verification of a token that is new, and requests to a provider. They hold the configured
// issuer, the key's id once the signature is good, and our own codes: nothing else of a token, and no error's message.
import { context, SpanKind, type SpanOptions, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { VerifiedToken, Watch } from "../watch.ts";
import { noCode } from "./books.ts";
import { codeOf, ended, outcomeOf, quietly } from "./counting.ts";

const verificationName = "sallyport verify";
const requestNames = { keys: "sallyport fetch keys", introspection: "sallyport introspect" } as const;

/** Looks on and traces. Spans are children of the active context, and what runs in them (an instrumented `fetch`) theirs. */
export function createSpans(tracer: Tracer, { cacheHits }: { readonly cacheHits: boolean }): Watch {
  function traced<Result>(
    name: string,
    options: SpanOptions,
    work: () => Result | Promise<Result>,
    describe: (result: Result) => Record<string, string | boolean>,
    failed: (error: unknown) => string,
  ): Result | Promise<Result> {
    const parent = quietly(() => context.active());
    const span = parent && quietly(() => tracer.startSpan(name, options, parent));
    if (!span) return work();
    return ended(
      () => context.with(trace.setSpan(parent, span), work),
      (error, result) => {
        if (error === undefined) span.setAttributes(describe(result as Result));
        else {
          const code = codeOf(error);
          span.setAttributes({
            "sallyport.outcome": failed(error),
            "sallyport.code": code,
            "error.type": code,
          });
          span.setStatus({ code: SpanStatusCode.ERROR, message: code });
        }
        span.end();
      },
    );
  }

  return {
    opened() {},
    closed() {},
    lookup() {},
    security() {},
    decision({ outcome, code = noCode, verified }) {
      if (!cacheHits || !verified?.cached) return;
      const attributes = { ...attributesOf(verified), "sallyport.outcome": outcome, "sallyport.code": code };
      tracer.startSpan(verificationName, { attributes }, context.active()).end();
    },
    verification: (work) =>
      traced(
        verificationName,
        { kind: SpanKind.INTERNAL },
        work,
        (verified) => ({ ...attributesOf(verified), "sallyport.outcome": outcomeOf(undefined) }),
        outcomeOf,
      ),
    request: ({ kind, issuer }, work) =>
      traced(
        requestNames[kind],
        { kind: SpanKind.INTERNAL, attributes: { "sallyport.issuer": issuer } },
        work,
        () => ({ "sallyport.outcome": "ok" }),
        () => "failed",
      ) as ReturnType<typeof work>,
  };
}

function attributesOf({ identity, keyId, cached }: VerifiedToken): Record<string, string | boolean> {
  return {
    "sallyport.issuer": identity.issuer,
    "sallyport.cached": cached,
    ...(keyId !== undefined && { "sallyport.key_id": keyId }),
  };
}
