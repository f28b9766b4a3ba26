// A bound token is never a bearer token: whoever shows it proves the key (RFC 9449 §7, RFC 8705 §3).
import { platform } from "#platform";
import { chain } from "../../chain.ts";
import { AuthError } from "../../errors.ts";
import type { Binding } from "./binding.ts";
import type { Dpop } from "./dpop.ts";
import type { SenderMode } from "./options.ts";
import type { Presentation, ShownToken } from "./presentation.ts";

/** What {@link createSenderCheck} takes. */
export interface SenderDeps {
  /** `undefined` where DPoP is off. */
  readonly dpop: (Dpop & { readonly required: boolean }) | undefined;
  readonly mtls: SenderMode;
  /** Where the client's certificate is, if not in the TLS socket. */
  readonly clientCertificate?: ((request: object) => Uint8Array | string | undefined) | undefined;
}

/** Whether the sender of a token may use it. */
export interface SenderCheck {
  /** Whether a token that is bound to nothing may pass as it is, shown as `Bearer` or outside of any request. */
  readonly takesBearers: boolean;
  /**
   * @throws AuthError `sender_constrained`, `invalid_dpop_proof`, `use_dpop_nonce`, `replay_store_unavailable` or `check_failed`
   */
  confirm(binding: Binding | undefined, shown: ShownToken): undefined | Promise<undefined>;
}

export function createSenderCheck({ dpop, mtls, clientCertificate }: SenderDeps): SenderCheck {
  function confirm(binding: Binding | undefined, shown: ShownToken): undefined | Promise<undefined> {
    return chain(checkCertificate(binding?.certificate, shown.presented), () =>
      checkKey(binding?.jkt, shown),
    );
  }

  function checkKey(
    jkt: string | undefined,
    { token, issuer, presented }: ShownToken,
  ): undefined | Promise<undefined> {
    if (jkt === undefined) {
      if (dpop?.required) throw refused("The token is bound to no DPoP key, which `dpop` requires");
      if (presented?.scheme === "DPoP")
        throw refused("The token came by the scheme DPoP, and is bound to no key");
      return undefined;
    }
    if (!dpop) throw refused("The token is bound to a DPoP key, and DPoP is off here: it needs `publicUrl`");
    if (presented?.scheme !== "DPoP")
      throw refused("The token is bound to a DPoP key, and came without its proof");
    return dpop.prove(jkt, { token, issuer, presented });
  }

  function checkCertificate(
    bound: string | undefined,
    presented: Presentation | undefined,
  ): undefined | Promise<undefined> {
    if (bound === undefined) {
      if (mtls === "required")
        throw refused("The token is bound to no client certificate, which `mtls` requires");
      return undefined;
    }
    if (mtls === "off") throw refused("The token is bound to a client certificate, and `mtls` is off here");
    const certificate = presented && certificateOf(presented);
    if (certificate === undefined) {
      throw refused("The token is bound to a client certificate, and came without one");
    }
    const thumbprint = typeof certificate === "string" ? certificate : platform.sha256(certificate);
    return chain(thumbprint, (shown) => {
      if (shown !== bound)
        throw refused("The token is bound to another client certificate than the connection's");
      return undefined;
    });
  }

  function certificateOf({ certificate, request }: Presentation): Uint8Array | string | undefined {
    if (!clientCertificate) return certificate;
    if (request === undefined) return undefined;
    let given: unknown;
    try {
      given = clientCertificate(request);
    } catch (cause) {
      throw new AuthError("check_failed", "`deps.clientCertificate` failed", { cause });
    }
    if (given === undefined || typeof given === "string" || given instanceof Uint8Array) return given;
    throw new AuthError(
      "check_failed",
      "`deps.clientCertificate` gave something else than bytes or a thumbprint",
    );
  }

  return { takesBearers: dpop?.required !== true && mtls !== "required", confirm };
}

function refused(message: string): AuthError {
  return new AuthError("sender_constrained", message);
}
