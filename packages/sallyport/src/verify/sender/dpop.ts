// Whether the sender of a token holds the key that it is bound to (RFC 9449 §4.3, §7).
import { platform } from "#platform";
import { chain, isThenable } from "../../chain.ts";
import { AuthError } from "../../errors.ts";
import { outline } from "../../outline.ts";
import { importJudged } from "../keys/jwk.ts";
import type { Tell } from "../tell.ts";
import { createNonces } from "./nonces.ts";
import type { DpopPolicy } from "./options.ts";
import type { Presentation, ShownToken } from "./presentation.ts";
import { checkProofClaims, createProofParser, invalid, type Proof, type ProofKey } from "./proof.ts";
import { createUrlDifference } from "./proof-url.ts";
import type { ReplayStore } from "./replay.ts";

/** What {@link createDpop} takes. */
export interface DpopDeps {
  readonly replayStore: ReplayStore;
  readonly now: () => number;
  /** Hears of a proof that came twice, and of a store that failed. */
  readonly tell: Tell;
}

/** A token that came by the scheme DPoP. */
export type ProvenToken = ShownToken & { readonly presented: Presentation };

/** DPoP of one verifier. */
export interface Dpop {
  /**
   * Checks the proof for a token that is bound to the key `jkt`.
   *
   * @throws AuthError `invalid_dpop_proof`, `use_dpop_nonce`, `sender_constrained` (another key) or `replay_store_unavailable`
   */
  prove(jkt: string, shown: ProvenToken): undefined | Promise<undefined>;
  /** The nonce that the next proof should hold; `undefined` where none is asked for. */
  nonce(): string | Promise<string> | undefined;
}

export function createDpop(policy: DpopPolicy, { replayStore, now, tell }: DpopDeps): Dpop {
  const parser = createProofParser(policy.algorithms);
  const rules = {
    maxAgeSeconds: policy.proofMaxAgeSeconds,
    clockToleranceSeconds: policy.clockToleranceSeconds,
    urlDifference: createUrlDifference(policy.publicUrl),
  };
  const nonces = policy.nonce
    ? createNonces({
        secret: () => policy.nonceSecret ?? crypto.getRandomValues(new Uint8Array(32)),
        lifetimeSeconds: policy.nonceLifetimeSeconds,
        context: new URL(policy.publicUrl).href,
      })
    : undefined;
  /** Requests whose proof was good: guards that follow each other on one request ask twice. */
  const proven = new WeakMap<object, Pick<ProvenToken, "token" | "presented">>();

  function prove(jkt: string, { token, issuer, presented }: ProvenToken): undefined | Promise<undefined> {
    const { request, proof: value } = presented;
    const before = request && proven.get(request);
    if (before !== undefined && before.token === token && isSame(before.presented, presented))
      return undefined;
    const at = now();
    const proof = parser.parse(value);
    checkProofClaims(proof.payload, presented, rules, at / 1000);
    const fresh = chain(nonces?.check(proof.payload.nonce, at), () => platform.sha256(token));
    const known = chain(fresh, (hash) => {
      if (proof.payload.ath !== hash) throw invalid("The ath of the DPoP proof is not this token's hash");
      return keyOf(proof);
    });
    const signed = chain(known, ({ key, thumbprint }) => {
      if (thumbprint !== jkt) {
        throw new AuthError("sender_constrained", "The DPoP proof is of another key than the token's");
      }
      return platform.verify(key.row, key.key, proof.signingInput, proof.signature);
    });
    const used = chain(signed, (good) => {
      if (!good) throw invalid("The signature of the DPoP proof is not good");
      parser.remember(proof);
      // Last, and the key is the token's: nobody else can fill the store.
      return use(jkt, proof, issuer);
    });
    return chain(used, () => {
      const { method, url, scheme } = presented;
      if (request) proven.set(request, { token, presented: { method, url, scheme, proof: value } });
      return undefined;
    });
  }

  /** Takes note of a proof, which is good for one request. */
  function use(thumbprint: string, { payload }: Proof, issuer: string): undefined | Promise<undefined> {
    const { maxAgeSeconds, clockToleranceSeconds } = rules;
    // A whole number, and just after the last moment at which the proof would be accepted.
    const expiresAt =
      Math.floor(((payload.iat as number) + maxAgeSeconds + clockToleranceSeconds) * 1000) + 1;
    const judge = (fresh: unknown) => {
      if (fresh === true) return undefined;
      if (fresh !== false)
        return fail(new TypeError("replayStore.add takes a function that answers true or false"));
      tell({ name: "dpop_replay", issuer, message: "A DPoP proof was used a second time" });
      throw invalid("The DPoP proof has been used before");
    };
    const fail = (cause: unknown): never => {
      const message = "Whether a DPoP proof has been used before cannot be found out";
      tell({ name: "replay_store_failed", issuer, message });
      throw new AuthError("replay_store_unavailable", message, { cause });
    };
    return chain(platform.sha256(`${thumbprint}.${payload.jti as string}`), (key) => {
      let answer: boolean | Promise<boolean>;
      // A driver's error holds its command with all that was to be kept, and its server's address with the password.
      const failed = (thrown: unknown) => fail(outline(thrown));
      try {
        answer = replayStore.add(key, expiresAt);
      } catch (thrown) {
        return failed(thrown);
      }
      return isThenable(answer) ? Promise.resolve(answer).then(judge, failed) : judge(answer);
    });
  }

  return { prove, nonce: () => nonces?.current(now()) };
}

/** What stands for a request may stand for another one that is made of it: the proof is looked at again for that. */
function isSame(one: Presentation, other: Presentation): boolean {
  return one.proof === other.proof && one.method === other.method && one.url === other.url;
}

/** The key in the proof's header; imported once for all proofs under this header. */
function keyOf({ header }: Proof): ProofKey | Promise<ProofKey> {
  if (header.key) return header.key;
  // RFC 7638 §3: the members that make the key, in the order of their names.
  const members = Object.entries(header.judged.material).sort(([left], [right]) => (left < right ? -1 : 1));
  return chain(platform.sha256(JSON.stringify(Object.fromEntries(members))), (thumbprint) =>
    chain(importProofKey(header.judged), (key) => {
      header.key = { key, thumbprint };
      return header.key;
    }),
  );
}

function importProofKey(judged: Proof["header"]["judged"]) {
  const refused = (cause: unknown): never => {
    throw invalid("The key of the DPoP proof is none", cause);
  };
  try {
    const imported = importJudged(judged);
    return isThenable(imported) ? Promise.resolve(imported).catch(refused) : imported;
  } catch (cause) {
    return refused(cause);
  }
}
