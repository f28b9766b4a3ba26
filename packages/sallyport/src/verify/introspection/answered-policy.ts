// An issuer's policy for JWTs → its policy for answers about tokens, which say less, and the same things by other names.
import type { ClaimPath } from "../../claim-path.ts";
import { readClaim } from "../../claim-path.ts";
import type { JsonObject } from "../../identity.ts";
import type { IssuerPolicy } from "../issuers/issuers.ts";
import { type ClaimTest, type Condition, compileCondition } from "../issuers/preset.ts";
import type { IntrospectionSettings } from "./settings.ts";

/**
 * RFC 7662 §2.2 has names of its own (`scope`, `client_id`, `username`): they count where the preset's are not there. `exp`
 * must be there; `iat` only where the age of tokens is limited.
 */
export function answeredPolicy(policy: IssuerPolicy, settings: IntrospectionSettings): IssuerPolicy {
  const { preset, claimMap, options } = policy;
  // Who is asked about names the client by either name; an ID token's `aud` is no place to look.
  const { audience: _, ...row } = preset;
  const clientId = withPath(preset.clientId, "client_id");
  return Object.freeze({
    ...policy,
    preset: {
      ...row,
      required: policy.maxTokenAgeSeconds === undefined ? ["exp"] : ["exp", "iat"],
      clientId,
      username: withPath(preset.username, "username"),
    },
    accept: preset.accept.map(whereSaid),
    kinds: policy.kinds.map(({ kind, when }) => ({
      kind,
      // A person comes by way of a client. Of an answer that names none it is not known who is behind it.
      when: kind === "user" ? (claims: JsonObject) => when(claims) && isNamed(claims, clientId) : when,
    })),
    audienceRequired: settings.audienceRequired,
    claimMap: {
      ...claimMap,
      scopes: options.scopeClaim === undefined ? withPath(claimMap.scopes, "scope") : claimMap.scopes,
    },
  });
}

function withPath(paths: readonly ClaimPath[], name: string): readonly ClaimPath[] {
  return paths.some((path) => path.length === 1 && path[0] === name) ? paths : [...paths, [name]];
}

function isNamed(claims: JsonObject, paths: readonly ClaimPath[]): boolean {
  return paths.some((path) => typeof readClaim(claims, path) === "string");
}

/**
 * What holds for every access token of the provider, as far as an answer speaks of it: `token_type` tells access tokens
 * from others there, but where a mark is that only another kind of token has, it counts.
 */
function whereSaid(condition: Condition): ClaimTest {
  if ("anyOf" in condition) {
    const tests = condition.anyOf.map(whereSaid);
    return (claims) => tests.some((test) => test(claims));
  }
  if ("allOf" in condition) {
    const tests = condition.allOf.map(whereSaid);
    return (claims) => tests.every((test) => test(claims));
  }
  const { claim } = condition;
  const test = compileCondition(condition);
  return (claims) => readClaim(claims, claim) === undefined || test(claims);
}
