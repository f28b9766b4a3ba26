// How an issuer is: plain data for a health endpoint.
import type { IssuerHealth } from "./contract.ts";
import type { IntrospectionHealth } from "./introspection/proof.ts";
import type { TrustedIssuer } from "./issuers/trusted-issuers.ts";

/** @param asked of an issuer that is asked about tokens */
export function issuerHealth(
  { policy, keys }: TrustedIssuer,
  asked: IntrospectionHealth | undefined,
): IssuerHealth {
  return {
    issuer: policy.name,
    preset: policy.preset.name,
    ...keys.health(),
    ...(asked && { introspection: asked }),
  };
}

/** Whether tokens of the issuer can be judged. */
export function isWell({ keys, state, introspection }: IssuerHealth): boolean {
  const keyed = state === "unused" || (keys > 0 && state !== "expired" && state !== "empty");
  return keyed && introspection?.state !== "failing";
}
