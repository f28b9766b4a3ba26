// Which preset an issuer's URL proves, and which URLs only look as if they did.
import { expect, test } from "vitest";
import { createVerifier, type PresetName } from "../../src/index.ts";

const tenant = "00000000-0000-4000-8000-0000000000f1";

function inferred(issuer: string): string {
  const events: string[] = [];
  const verifier = createVerifier(
    { issuer, audience: "my-api" },
    { onEvent: (event) => void events.push(event.type === "security" ? event.name : event.type) },
  );
  const preset = verifier.health().issuers[0]?.preset ?? "";
  // What was inferred is said.
  expect(events.includes("preset_inferred")).toBe(preset !== "rfc9068");
  return preset;
}

const proven: readonly [PresetName, string][] = [
  ["entra", `https://login.microsoftonline.com/${tenant}/v2.0`],
  ["entra", `https://sts.windows.net/${tenant}/`],
  ["entra", `https://login.microsoftonline.us/${tenant}/v2.0`],
  ["entra", `https://login.partner.microsoftonline.cn/${tenant}/v2.0`],
  ["entra", `https://sts.chinacloudapi.cn/${tenant}/`],
  ["okta", "https://example.okta.com/oauth2/default"],
  ["okta", "https://example.oktapreview.com/oauth2/aus1"],
  ["okta", "https://example.okta-emea.com/oauth2/default"],
  ["okta", "https://example.okta-gov.com/oauth2/default"],
  ["okta", "https://example.okta.mil/oauth2/default"],
  ["auth0", "https://example.auth0.com/"],
  ["auth0", "https://example.eu.auth0.com/"],
  ["google-id-token", "https://accounts.google.com"],
  ["cognito", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01"],
  ["cognito", "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Example01"],
  ["cognito", "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example01"],
  ["github-actions", "https://token.actions.githubusercontent.com"],
  ["github-actions", "https://token.actions.githubusercontent.com/example-ent"],
  ["github-actions", "https://token.actions.example.ghe.com"],
  ["kubernetes", "https://oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000001"],
  ["keycloak", "https://sso.example.com/realms/demo"],
  ["keycloak", "https://sso.example.com/auth/realms/demo"],
  ["keycloak", "https://sso.example.com/a/b/realms/demo"],
  ["keycloak", "https://sso.example.com/realms/a%20b"],
];

test.each(proven)("%s by %s", (preset, issuer) => {
  expect(inferred(issuer)).toBe(preset);
});

test.each([
  `https://login.microsoftonline.com.evil.example/${tenant}/v2.0`,
  `https://evil.example/login.microsoftonline.com/${tenant}/v2.0`,
  `https://evil-login.microsoftonline.com/${tenant}/v2.0`,
  `https://sts.windows.net.evil.example/${tenant}/`,
  `https://login.microsoftonline.com./${tenant}/v2.0`,
  "https://am.example.com/am/oauth2/realms/root/realms/alpha",
  "https://am.example.com/oauth2/realms/root",
  "https://am.example.com/realms/root/realms/alpha",
  `https://xciamlogin.com/${tenant}/v2.0`,
  `https://a.b.ciamlogin.com/${tenant}/v2.0`,
  "https://okta.com.evil.example/oauth2/default",
  "https://example-okta.com/oauth2/default",
  "https://okta.com/oauth2/default",
  "https://example.okta.com.evil.example/oauth2/default",
  "https://exampleauth0.com/",
  "https://example.auth0.com.evil.example/",
  "https://accounts.google.com.evil.example",
  "https://evil.example/accounts.google.com",
  "https://xaccounts.google.com",
  "https://cognito-idp.eu-west-1.amazonaws.com.evil.example/pool",
  "https://cognito-idp.evil.example.amazonaws.com/pool",
  "https://xcognito-idp.eu-west-1.amazonaws.com/pool",
  "https://token.actions.githubusercontent.com.evil.example",
  "https://token.actions.a.b.ghe.com",
  "https://token-actions.githubusercontent.com",
  "https://oidc.eks.eu-west-1.amazonaws.com.evil.example/id/1",
  "https://sso.example.com/realms/demo/",
  "https://sso.example.com/realms/demo/more",
  "https://sso.example.com/realms/",
  "https://sso.example.com/realms",
  "https://sso.example.com/xrealms/demo",
  "https://sso.example.com/Realms/demo",
  "https://sso.example.com/%72ealms/demo",
  "https://sso.example.com/a%2Frealms%2Fdemo",
  "https://realms.example.com/demo",
  "https://auth.example.com/application/o/orders/",
  "https://issuer.example",
])("nothing by %s", (issuer) => {
  expect(inferred(issuer)).toBe("rfc9068");
});

test("a user, a query or a fragment in the URL is refused, whatever it may prove", () => {
  for (const issuer of [
    `https://login.microsoftonline.com@evil.example/${tenant}/v2.0`,
    "https://evil.example/?/realms/demo",
    "https://evil.example/#/realms/demo",
    "http://example.auth0.com/",
  ]) {
    expect(() => createVerifier({ issuer, audience: "my-api" }), issuer).toThrow(TypeError);
  }
});

test("a preset by name stands over what the URL proves", () => {
  const verifier = createVerifier({
    issuer: "https://example.auth0.com/",
    audience: "my-api",
    preset: "rfc9068",
  });
  expect(verifier.health().issuers[0]?.preset).toBe("rfc9068");
});

test("a preset with one issuer needs none", () => {
  for (const preset of ["github-actions", "google-id-token"] as const) {
    expect(() => createVerifier({ preset, audience: "my-api" })).not.toThrow();
  }
  for (const preset of [
    "keycloak",
    "okta",
    "auth0",
    "authentik",
    "cognito",
    "kubernetes",
    "rfc9068",
  ] as const) {
    expect(() => createVerifier({ preset, audience: "my-api" }), preset).toThrow(/`issuer` is missing/);
  }
});

test("tokens that look like ID tokens are for exactly one audience", () => {
  for (const preset of ["github-actions", "google-id-token", "kubernetes"] as const) {
    const issuer = preset === "google-id-token" ? "https://accounts.google.com" : "https://issuer.example";
    expect(() => createVerifier({ preset, issuer, audience: ["a", "b"] })).toThrow(/exactly one value/);
    expect(() => createVerifier({ preset, issuer, audience: ["a"] })).not.toThrow();
  }
});

test("a token refused for its type names the presets that would take it, in the message alone", async () => {
  const { issuerOf, sampleOf } = await import("./kit.ts");
  const idp = issuerOf("keycloak");
  const { header, claims } = sampleOf("keycloak", "person");
  const verifier = createVerifier({ ...idp.config, preset: "rfc9068" }, idp.deps);
  const error = await verifier.verify(await idp.sign(header, claims)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "wrong_token_type",
    message: expect.stringMatching(/fit the preset .*keycloak/),
    description: "The access token is not valid",
  });
  expect((error as Error).message).not.toMatch(/cognito|github|kubernetes|okta/);
});
