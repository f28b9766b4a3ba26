// What a configuration may say and probably does not mean: told to the logger at start, refused by nobody.
import type { VerifierOptions } from "../verify/index.ts";
import { processEnvironment } from "./environment.ts";
import type { Environment } from "./variables.ts";

/** One thing to look at again. */
export interface Doubt {
  /** A stable name. */
  readonly event: string;
  readonly message: string;
}

/** @param options judged before, and found to be in order */
export function doubtsAbout(
  { publicUrl, resource, issuers = [], insecureAllowLoopback }: VerifierOptions,
  { NODE_ENV }: Environment = processEnvironment(),
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (
    NODE_ENV === "production" &&
    [{ insecureAllowLoopback }, ...issuers].some((one) => one.insecureAllowLoopback)
  ) {
    doubts.push({
      event: "insecure_in_production",
      message: "`insecureAllowLoopback` is set where NODE_ENV is production: leave it out there",
    });
  }
  if (publicUrl !== undefined && resource !== undefined && hostOf(publicUrl) !== hostOf(resource)) {
    doubts.push({
      event: "resource_on_another_host",
      message:
        "`resource` and `publicUrl` have different hosts: clients look for the metadata document at the host of `resource`",
    });
  }
  return doubts;
}

const hostOf = (url: string) => new URL(url).host;
