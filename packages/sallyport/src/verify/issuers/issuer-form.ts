// What an issuer's URL must look like before any token is compared with it: a fault here would refuse every token later.
import type { IssuerOptions } from "./issuer-options.ts";
import { inferPreset } from "./preset-choice.ts";
import type { PresetName } from "./presets.ts";

interface Form {
  readonly test: (issuer: string) => boolean;
  /** Ends the sentence "`issuer` takes …". */
  readonly takes: string;
  /** The same where people sign in, and no access token is taken. */
  readonly signIn?: Form;
}

const withSlash = (issuer: string) => issuer.endsWith("/");
const withoutSlash = (issuer: string) => !issuer.endsWith("/");

/** What the providers themselves say of their issuers. Those of others have no form that all of them share. */
const forms: Partial<Record<PresetName, Form>> = {
  // Entra ID's forms are checked with its tenants.
  auth0: {
    test: withSlash,
    takes: "Auth0's issuer with a slash at its end, https://<domain>/, as its tokens write it",
  },
  authentik: {
    test: withSlash,
    takes:
      "Authentik's issuer with a slash at its end, https://<host>/application/o/<app>/, as its tokens write it",
  },
  keycloak: {
    test: withoutSlash,
    takes:
      "Keycloak's issuer without a slash at its end, https://<host>/realms/<realm>, as its tokens write it",
  },
  cognito: {
    test: withoutSlash,
    takes:
      "Cognito's issuer without a slash at its end, https://cognito-idp.<region>.amazonaws.com/<pool>, as its tokens write it",
  },
  // https://developer.okta.com/docs/concepts/auth-servers/: access tokens of the org server are for Okta's own APIs, its ID tokens
  // are for whoever signs people in.
  okta: {
    test: (issuer) => /^\/oauth2\/[^/]+$/.test(new URL(issuer).pathname),
    takes:
      "the issuer of a custom authorization server of Okta, https://<domain>/oauth2/<id> (often `default`), without a slash at its end; access tokens of the org authorization server are for Okta's own APIs, and no other can verify them",
    signIn: {
      test: (issuer) => /^(\/oauth2\/[^/]+)?$/.test(issuer.slice(new URL(issuer).origin.length)),
      takes:
        "Okta's issuer without a slash at its end, https://<domain>, or that of a custom authorization server, https://<domain>/oauth2/<id>",
    },
  },
  "google-id-token": {
    test: (issuer) => issuer === "https://accounts.google.com",
    takes: "https://accounts.google.com with the preset google-id-token, or may be left out",
  },
};

// At the end, or where RFC 8414 §3.1 puts it, behind the host: what is left is the issuer.
const metadataPaths = /\/\.well-known\/(openid-configuration|oauth-authorization-server)(?=[/?#]|$)/;

// The URL parser drops white space and turns backslashes round; tokens are compared with the text. The rest is what comes
// along when a URL is copied: quotes, a placeholder's brackets, an invisible character.
const oddCharacters = /[^\x21-\x7e\p{L}\p{M}\p{N}]|["<>\\^`{|}]/u;

/**
 * Checks the text of `issuer`, which is a URL, as far as anything can be known of it.
 *
 * @param signIn whether people sign in there, and no access token is taken
 * @throws TypeError one sentence that says what to change
 */
export function checkIssuerForm({ issuer, preset }: IssuerOptions, where: string, signIn = false): void {
  if (issuer === undefined) return;
  const refuse = (sentence: string) => new TypeError(`${where}: \`issuer\` ${sentence}`);
  if (oddCharacters.test(issuer)) {
    throw refuse(
      "has a character that is in no URL (white space, a quote, a backslash, a placeholder's bracket): remove it",
    );
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(issuer)) throw refuse("takes a URL that begins with https://");
  const [path] = metadataPaths.exec(issuer) ?? [];
  if (path !== undefined) {
    throw refuse(
      `takes the issuer, not the address of its metadata: remove ${path} (the document's own \`issuer\` is the exact value)`,
    );
  }
  const row = forms[providerOf(issuer, preset)];
  const form = (signIn && row?.signIn) || row;
  if (form && !form.test(issuer)) throw refuse(`takes ${form.takes}`);
}

/** A preset by name says whose issuer it is, or else the URL; a row of the user's own answers for itself. */
function providerOf(issuer: string, preset: IssuerOptions["preset"]): PresetName {
  if (preset !== undefined && typeof preset !== "string") return "rfc9068";
  return preset !== undefined && Object.hasOwn(forms, preset)
    ? preset
    : ((inferPreset(issuer)?.name ?? "rfc9068") as PresetName);
}
