// The issuer's URL at construction: whatever would refuse every token later is refused by a sentence that says what to change.
import { describe, expect, test } from "vitest";
import { createVerifier, presets, type VerifierOptions } from "../../src/index.ts";

const make = (options: VerifierOptions) => () => createVerifier({ audience: "my-api", ...options });
const tenant = "11111111-2222-4333-8444-555555555555";

describe("the metadata's address is not the issuer", () => {
  test.each([
    ["https://a.example/.well-known/openid-configuration", "/.well-known/openid-configuration"],
    ["https://a.example/realms/x/.well-known/openid-configuration", "/.well-known/openid-configuration"],
    ["https://a.example/.well-known/openid-configuration/", "/.well-known/openid-configuration"],
    ["https://a.example/.well-known/openid-configuration?appid=1", "/.well-known/openid-configuration"],
    ["https://a.example/.well-known/oauth-authorization-server/x", "/.well-known/oauth-authorization-server"],
    [
      `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`,
      "/.well-known/openid-configuration",
    ],
  ])("%s", (issuer, path) => {
    expect(make({ issuer })).toThrow(
      new TypeError(
        `createVerifier: \`issuer\` takes the issuer, not the address of its metadata: remove ${path} (the document's own \`issuer\` is the exact value)`,
      ),
    );
  });
  test("but a path that only begins so may be one", () => {
    expect(make({ issuer: "https://a.example/.well-known/openid-configurations" })).not.toThrow();
  });
});

describe("characters that no token's iss has", () => {
  const sentence =
    "createVerifier: `issuer` has a character that is in no URL (white space, a quote, a backslash, a placeholder's bracket): remove it";
  test.each([
    ["a space before it", " https://a.example"],
    ["a space after it", "https://a.example "],
    ["a line ending", "https://a.example\n"],
    ["a line ending of Windows", "https://a.example\r"],
    ["a tab inside", "https://a.exa\tmple"],
    ["a no-break space", "https://a.example/\u00a0"],
    ["a zero-width space", "https://a.example/x\u200b"],
    ["a byte-order mark", "https://a.example/\ufeff"],
    ["a NUL", "https://a.example/\u0000"],
    ["a backslash", "https:\\\\a.example"],
    ["a backslash in the path", "https://a.example\\x"],
    ["a quote", 'https://a.example/"'],
    ["a typographic quote", "https://a.example/\u201d"],
    ["a placeholder", "https://a.example/realms/<realm>"],
    ["another placeholder", "https://login.microsoftonline.com/{tenantid}/v2.0"],
    ["a backtick", "https://a.example/`"],
  ])("%s", (_what, issuer) => {
    expect(make({ issuer })).toThrow(new TypeError(sentence));
    expect(() => createVerifier({ issuers: [{ issuer, audience: "x" }] })).toThrow(
      sentence.replace("createVerifier", "issuers[0]"),
    );
  });
  test.each(["https:a.example", "https:/a.example", "https:///a.example"])(
    "%s only reads like a URL",
    (issuer) => {
      expect(make({ issuer })).toThrow(
        new TypeError("createVerifier: `issuer` takes a URL that begins with https://"),
      );
    },
  );
  test.each([
    "https://a.example/realms/a%20b",
    "https://a.example/~x/(y)/a,b;c=1!$&'*+@:",
    "https://b\u00fccher.example/caf\u00e9",
    "https://[2001:db8::1]/",
  ])("%s is fine", (issuer) => {
    // Node's URL.canParse has another mind of letters beyond ASCII once it is hot.
    for (let times = 0; times < 10_000; times += 1) URL.canParse(issuer);
    expect(make({ issuer })).not.toThrow();
  });
});

describe("the slash at the end, where the provider is known", () => {
  const wrong: [string, VerifierOptions, RegExp][] = [
    [
      "Auth0 by its host",
      { issuer: "https://x.eu.auth0.com" },
      /takes Auth0's issuer with a slash at its end, https:\/\/<domain>\/, as/,
    ],
    [
      "Auth0 by the preset",
      { issuer: "https://login.a.example", preset: "auth0" },
      /Auth0's issuer with a slash/,
    ],
    [
      "Auth0 by its host, under another preset",
      { issuer: "https://x.auth0.com", preset: "rfc9068" },
      /Auth0's issuer with/,
    ],
    [
      "Authentik",
      { issuer: "https://a.example/application/o/x", preset: "authentik" },
      /Authentik's issuer with a slash/,
    ],
    [
      "Keycloak",
      { issuer: "https://a.example/realms/x/", preset: "keycloak" },
      /Keycloak's issuer without a slash/,
    ],
    [
      "Cognito",
      { issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/" },
      /Cognito's issuer without a slash/,
    ],
    [
      "Okta",
      { issuer: "https://x.okta.com/oauth2/default/" },
      /custom authorization server of Okta, .* without a slash/,
    ],
    ["Entra ID", { issuer: `https://login.microsoftonline.com/${tenant}/v2.0/` }, /`issuer` takes https:/],
    [
      "Google",
      { issuer: "https://accounts.google.com/" },
      /`issuer` takes https:\/\/accounts\.google\.com with/,
    ],
  ];
  test.each(wrong)("%s", (_who, options, sentence) => {
    expect(make(options)).toThrow(TypeError);
    expect(make(options)).toThrow(sentence);
    expect(make(options)).toThrow(/`issuer` takes/);
  });

  test.each<[string, VerifierOptions]>([
    ["Auth0", { issuer: "https://x.eu.auth0.com/" }],
    ["Auth0 under a domain of one's own", { issuer: "https://login.a.example/", preset: "auth0" }],
    ["Authentik", { issuer: "https://a.example/application/o/x/", preset: "authentik" }],
    ["Authentik's global issuer", { issuer: "https://a.example/", preset: "authentik" }],
    ["Keycloak", { issuer: "https://a.example/realms/x" }],
    ["Cognito", { issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A" }],
    ["Okta", { issuer: "https://x.okta.com/oauth2/default" }],
    ["Okta under a domain of one's own", { issuer: "https://id.a.example/oauth2/aus1", preset: "okta" }],
    ["Entra ID, version 1", { issuer: `https://sts.windows.net/${tenant}/` }],
    ["a provider that nobody knows, with a slash", { issuer: "https://a.example/" }],
    ["a provider that nobody knows, without", { issuer: "https://a.example" }],
    [
      "whatever a preset of one's own is for",
      { issuer: "https://x.auth0.com", preset: { ...presets.auth0, name: "mine" } },
    ],
  ])("%s as it should be", (_who, options) => {
    expect(make(options)).not.toThrow();
  });
});

describe("Okta's org authorization server", () => {
  test.each([
    "https://x.okta.com",
    "https://x.okta.com/",
    "https://x.oktapreview.com",
    "https://x.okta.com/oauth2",
    "https://x.okta.com/oauth2/v1/authorize",
  ])("%s is refused: nobody else can verify its access tokens", (issuer) => {
    expect(make({ issuer })).toThrow(
      new TypeError(
        "createVerifier: `issuer` takes the issuer of a custom authorization server of Okta, https://<domain>/oauth2/<id> (often `default`), without a slash at its end; access tokens of the org authorization server are for Okta's own APIs, and no other can verify them",
      ),
    );
  });
});

describe("signing in at Okta, without an audience", () => {
  const signIn = (issuer: string, audience?: string) => () =>
    createVerifier({ issuer, ...(audience && { audience }) }, {}, undefined, { clients: [true] });

  test.each(["https://x.okta.com", "https://x.okta.com/oauth2/default"])(
    "%s will do: its ID tokens are for whoever signs people in",
    (issuer) => {
      expect(signIn(issuer)).not.toThrow();
    },
  );

  test.each(["https://x.okta.com/", "https://x.okta.com/oauth2", "https://x.okta.com/oauth2/default/"])(
    "%s is no issuer of Okta's",
    (issuer) => {
      expect(signIn(issuer)).toThrow(/`issuer` takes Okta's issuer without a slash at its end/);
    },
  );

  test("the org authorization server's access tokens are not taken, all the same", () => {
    expect(signIn("https://x.okta.com", "api://default")).toThrow(/custom authorization server/);
  });
});

describe("the preset google-id-token", () => {
  test.each([
    "https://accounts.google.com.a.example",
    "https://securetoken.google.com/x",
    "https://a.example",
  ])("%s is not Google", (issuer) => {
    expect(make({ issuer, preset: "google-id-token" })).toThrow(
      new TypeError(
        "createVerifier: `issuer` takes https://accounts.google.com with the preset google-id-token, or may be left out",
      ),
    );
  });
  test("Google is, named or not", () => {
    expect(make({ issuer: "https://accounts.google.com", preset: "google-id-token" })).not.toThrow();
    expect(make({ preset: "google-id-token" })).not.toThrow();
  });
});
