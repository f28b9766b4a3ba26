// Failing on request: what a broken provider looks like from outside.
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Endpoint } from "./endpoints.ts";
import { sendText } from "./send.ts";

/**
 * How the provider fails: it answers 500, or late, or with JSON that is cut off in the middle, or its clock is wrong.
 */
export type FailureMode = "500" | "slow" | "wrong-json" | "clock-off";

export interface FailureOptions {
  /** Which endpoints fail; all of them by default. A clock is off everywhere. */
  path?: "jwks" | "discovery" | "all";
  /** For `slow`: how long an answer is held back, unless the failure is healed before. Default 30. */
  delaySeconds?: number;
  /** For `clock-off`: how far the clock is ahead; negative for behind. Default −7200, so that tokens are born expired. */
  offsetSeconds?: number;
}

export interface Failures {
  set(mode: FailureMode | null, options?: FailureOptions): void;
  /** How far the clock is off at the moment, in seconds. */
  clockOffsetSeconds(): number;
  /** Answers in the provider's stead, where it is to fail; false where the request should go on. */
  intercept(endpoint: Endpoint, response: ServerResponse): Promise<boolean>;
  /** What is wrong at the moment, for people to read. */
  current(): FailureMode | null;
}

const modes: readonly FailureMode[] = ["500", "slow", "wrong-json", "clock-off"];
const paths: readonly NonNullable<FailureOptions["path"]>[] = ["jwks", "discovery", "all"];

/** No failure to begin with. */
export function createFailures(): Failures {
  let mode: FailureMode | null = null;
  let options: Required<FailureOptions> = withDefaults({});
  let healed = new AbortController();

  return {
    set(newMode, newOptions = {}) {
      if (newMode !== null && !modes.includes(newMode)) {
        throw new TypeError(`fail() takes one of ${modes.join(", ")}, or null to heal`);
      }
      options = withDefaults(newOptions);
      mode = newMode;
      // Those who wait for a slow answer get it now, and whoever comes next finds the new state.
      healed.abort();
      healed = new AbortController();
    },
    clockOffsetSeconds: () => (mode === "clock-off" ? options.offsetSeconds : 0),
    current: () => mode,
    async intercept(endpoint, response) {
      if (mode === null || (options.path !== "all" && options.path !== endpoint)) return false;
      switch (mode) {
        case "500":
          sendText(response, 500, '{"error":"server_error"}', "application/json");
          return true;
        case "wrong-json":
          sendText(response, 200, '{"keys":[{"kty":"RSA","issuer":"http', "application/json");
          return true;
        case "slow":
          await delay(options.delaySeconds * 1000, healed.signal, response);
          return response.destroyed;
        default:
          return false;
      }
    },
  };
}

function withDefaults({ path = "all", delaySeconds = 30, offsetSeconds = -7200 }: FailureOptions) {
  if (!paths.includes(path)) throw new TypeError(`fail(…, { path }) takes one of ${paths.join(", ")}`);
  if (!(delaySeconds >= 0))
    throw new TypeError("fail(…, { delaySeconds }) takes a number of seconds, 0 or more");
  if (!Number.isInteger(offsetSeconds)) throw new TypeError("fail(…, { offsetSeconds }) takes whole seconds");
  return { path, delaySeconds, offsetSeconds };
}

// Ends early when the failure is healed, or when the one who waits has gone.
async function delay(milliseconds: number, healed: AbortSignal, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  await sleep(milliseconds, undefined, { signal: AbortSignal.any([healed, gone.signal]) }).catch(
    () => undefined,
  );
}
