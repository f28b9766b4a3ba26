// The one door to openid-client, which speaks the protocol: loaded when somebody signs in, so that who only verifies needs none.
import { AuthError } from "../errors.ts";
import { outline } from "../outline.ts";

export type { Configuration, DPoPHandle } from "openid-client";

/** All that openid-client exports. */
export type Openid = typeof import("openid-client");

let loaded: Promise<Openid> | undefined;

/** @throws AuthError by rejection: `provider_unavailable`, where it is not installed */
export function loadOpenid(): Promise<Openid> {
  loaded ??= import("openid-client").catch((cause) => {
    loaded = undefined;
    throw new AuthError(
      "provider_unavailable",
      "Signing people in needs a package: npm install openid-client",
      {
        cause: outline(cause),
      },
    );
  });
  return loaded;
}
