// Spans for what takes time: the verification of a token that is new, and requests to a provider. They hold the configured
// issuer, the key's id once the signature is good, and our own codes: nothing else of a token, and no error's message.
import { type Attributes, context, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { quietly } from "../quietly.ts";
import type { VerifiedToken, Watch } from "../watch.ts";
import { noCode } from "./books.ts";
import { codeOf, ended, none, outcomeOf } from "./counting.ts";

const verificationName = "sallyport verify";
const requestNames = { keys: "sallyport fetch keys", introspection: "sallyport introspect" } as const;

/** A span, and what is said in it when its work has ended. */
interface Traced<Result> {
  readonly name: string;
  readonly attributes?: Attributes;
  readonly work: () => Result | Promise<Result>;
  readonly failureOf?: (result: Result) => unknown;
  readonly describe: (result: Result) => Attributes;
  /** The outcome of a failure. */
  readonly failed: (error: unknown) => string;
}

/** Looks on and traces. Spans are children of the active context, and what runs in them (an instrumented `fetch`) theirs. */
export function createSpans(tracer: Tracer, { cacheHits }: { readonly cacheHits: boolean }): Watch {
  function traced<Result>(traced: Traced<Result>): Result | Promise<Result> {
    const { name, attributes = {}, work, failureOf = none, describe, failed } = traced;
    const parent = quietly(() => context.active());
    const span = parent && quietly(() => tracer.startSpan(name, { attributes }, parent));
    if (!span) return work();
    return ended(
      () => context.with(trace.setSpan(parent, span), work),
      failureOf,
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
    session() {},
    security() {},
    decision({ outcome, code = noCode, verified }) {
      if (!cacheHits || !verified?.cached) return;
      const attributes = { ...attributesOf(verified), "sallyport.outcome": outcome, "sallyport.code": code };
      tracer.startSpan(verificationName, { attributes }, context.active()).end();
    },
    verification: (work) =>
      traced({
        name: verificationName,
        work,
        describe: (verified) => ({ ...attributesOf(verified), "sallyport.outcome": outcomeOf(undefined) }),
        failed: outcomeOf,
      }),
    request: ({ kind, issuer }, work, failureOf = none) =>
      traced({
        name: requestNames[kind],
        attributes: { "sallyport.issuer": issuer },
        work,
        failureOf,
        describe: () => ({ "sallyport.outcome": "ok" }),
        failed: () => "failed",
      }) as ReturnType<typeof work>,
  };
}

function attributesOf({ identity, keyId, cached }: VerifiedToken): Attributes {
  return {
    "sallyport.issuer": identity.issuer,
    "sallyport.cached": cached,
    ...(keyId !== undefined && { "sallyport.key_id": keyId }),
  };
}
