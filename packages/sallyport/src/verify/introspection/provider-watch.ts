// Whether a provider can be asked: what counts as its failure, how long it is then left alone, and when that is over.

import { cooldownLeft } from "../../cooldown.ts";
import { AuthError } from "../../errors.ts";
import type { Answer, Failure, Reply } from "./question.ts";

/** What happened to a provider. */
export type ProviderEvent =
  | { readonly name: "failed" | "refused_us"; readonly error: AuthError }
  | { readonly name: "recovered" };

/** What {@link createProviderWatch} needs. */
export interface ProviderWatchOptions {
  readonly put: (token: string, jti?: string) => Promise<Reply>;
  /** Asked about where it is not a token, but the provider, that is in doubt. */
  readonly madeUpToken: string;
  readonly now: () => number;
  /** Milliseconds after which a question in flight is taken for lost. */
  readonly lostMs: number;
  readonly report: (event: ProviderEvent) => void;
  /** The provider has begun to fail. */
  readonly failed: () => void;
}

/** What came of a question: an answer, or the 503 for who asked. */
export type Heard =
  | { readonly answer: Answer; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: AuthError; readonly onlyThisToken: boolean };

/** Watches one provider. */
export interface ProviderWatch {
  /** Asks about a token. Never rejects. */
  ask(token: string, jti: string | undefined): Promise<Heard>;
  isFailing(): boolean;
  /** What who asks is told while the provider fails; `undefined` while it does not. */
  outage(at: number): AuthError | undefined;
  /** Whether the provider has failed, and is to be left alone. */
  isCoolingDown(at: number): boolean;
  /** Asks about a token that nobody has, unless an answer came within the last minute; what is wrong, if anything. */
  probe(): Promise<AuthError | undefined>;
  health(): {
    readonly state: "untried" | "answering" | "failing";
    readonly requests: number;
    readonly lastError: { readonly code: string; readonly message: string } | undefined;
  };
  /** What closing the verifier ends is nobody's failure. */
  close(): void;
}

const firstCooldownMs = 1_000;
/** For so long an answer shows that the provider can be asked. */
const lastingMs = 60_000;

export function createProviderWatch(options: ProviderWatchOptions): ProviderWatch {
  const { put, now, report } = options;
  let failure: { readonly at: number; readonly error: AuthError; readonly count: number } | undefined;
  let aboutNobody: { readonly at: number; readonly work: Promise<Failure | undefined> } | undefined;
  // Counted, not timed: what was in flight when an outage began neither ends it nor makes it worse.
  let answers = 0;
  let outages = 0;
  let answeredAt: number | undefined;
  let requests = 0;
  let closed = false;

  async function ask(token: string, jti: string | undefined): Promise<Heard> {
    const before = { answers, outages };
    requests += 1;
    const { answer, failure: found } = await put(token, jti);
    if (answer) {
      answered(before.outages);
      return { answer };
    }
    const isOutage = await isProviders(before.answers);
    if (isOutage) begun(found, before.outages);
    return { error: outage(now()) ?? unanswered(found.error), onlyThisToken: !isOutage };
  }

  /**
   * Whether a failure is the provider's. That there is no answer may come of the token alone (a filter in front of the
   * provider that dislikes it, or hangs up): whoever can send such a token must not be able to stop all the others.
   */
  async function isProviders(answersBefore: number): Promise<boolean> {
    if (answers !== answersBefore) return false;
    return (await askAboutNobody()) !== undefined;
  }

  /** Asks about a token that nobody has, unless that is being asked; what went wrong, if anything did. */
  function askAboutNobody(): Promise<Failure | undefined> {
    const at = now();
    if (aboutNobody && Math.abs(at - aboutNobody.at) <= options.lostMs) return aboutNobody.work;
    const before = outages;
    requests += 1;
    const started = {
      at,
      work: put(options.madeUpToken).then(({ answer, failure: found }) => {
        if (aboutNobody === started) aboutNobody = undefined;
        if (!answer) return found;
        if (answer.active) return activeForNobody();
        answered(before);
        return undefined;
      }),
    };
    aboutNobody = started;
    return started.work;
  }

  function answered(outagesBefore: number): void {
    answers += 1;
    answeredAt = now();
    if (!failure || outages !== outagesBefore) return;
    failure = undefined;
    report({ name: "recovered" });
  }

  function begun({ error, refusedUs }: Failure, outagesBefore: number): void {
    if (closed || outages !== outagesBefore) return;
    outages += 1;
    failure = { at: now(), error, count: (failure?.count ?? 0) + 1 };
    options.failed();
    report({ name: refusedUs ? "refused_us" : "failed", error });
  }

  function retryAfterMs(at: number): number {
    return cooldownLeft(failure, firstCooldownMs, at);
  }

  function outage(at: number): AuthError | undefined {
    if (!failure) return undefined;
    const { code, message } = failure.error;
    return new AuthError(code, `The provider cannot be asked about tokens: ${message}`, {
      cause: failure.error,
      retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs(at) / 1000)),
    });
  }

  return {
    ask,
    isFailing: () => failure !== undefined,
    outage,
    isCoolingDown: (at) => retryAfterMs(at) > 0,
    async probe() {
      const at = now();
      // As a request would: a readiness probe must not wear down a provider that fails, nor ask what is known.
      if (retryAfterMs(at) > 0) return outage(at);
      if (!failure && answeredAt !== undefined && at >= answeredAt && at - answeredAt < lastingMs) {
        return undefined;
      }
      const before = outages;
      const found = await askAboutNobody();
      if (found) begun(found, before);
      return found && (outage(now()) ?? unanswered(found.error));
    },
    health: () => ({
      state: failure ? "failing" : answeredAt === undefined ? "untried" : "answering",
      requests,
      lastError: failure && { code: failure.error.code, message: failure.error.message },
    }),
    close: () => {
      closed = true;
    },
  };
}

function unanswered({ code, message, cause }: AuthError): AuthError {
  return new AuthError(code, `The provider has no answer about the token: ${message}`, {
    cause,
    retryAfterSeconds: 1,
  });
}

function activeForNobody(): Failure {
  const error = new AuthError("introspection_failed", "The provider calls a made-up token active");
  return { error, refusedUs: false };
}
