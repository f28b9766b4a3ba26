// docs/providers/*.md, "Sign people in": the settings of each page begin a sign-in as it says, and every name and address on it is one of ours.
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type SallyportOptions, sallyport } from "../../src/frameworks/fetch.ts";
import { loginTable } from "../../src/login/options.ts";
import { defaultPaths } from "../../src/login/router-options.ts";
import { sessionOptionTable } from "../../src/session/index.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { settingsOf, signInPages, signInSection } from "./providers/sign-in.ts";

const docs = new URL("../../../../docs/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, docs), "utf8");
const app = "https://app.example.com";
const secret = "Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJdWm4tK9cV5n";

afterEach(() => vi.unstubAllEnvs());

/** Where a sign-in leads: without its query, and its query without what is made for each. */
async function signInBy(options: SallyportOptions | undefined, metadata: object) {
  const fetch = async () => Response.json(metadata);
  const auth = sallyport(options, { fetch, audit: [], sessionStore: createMemorySessionStore() });
  const answer = await auth.router()(new Request(`${app}/auth/v2/login`));
  const url = new URL(answer?.headers.get("location") ?? "about:none");
  const query = Object.fromEntries(url.searchParams);
  for (const name of ["state", "nonce", "code_challenge"]) delete query[name];
  return { at: url.origin + url.pathname, query };
}

describe.each(Object.entries(signInPages))("%s", (name, { metadata, asks, variants = [] }) => {
  const section = signInSection(read(`providers/${name}.md`));
  const settings = settingsOf(section);
  const always = {
    client_id: settings.OIDC_CLIENT_ID ?? "",
    response_type: "code",
    redirect_uri: `${app}/auth/v2/callback`,
    code_challenge_method: "S256",
  };

  test("the section has its parts", () => {
    const headings = [...section.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(["Click there", "Set here", "What it can't do", "What the doctor says of it"]);
    expect(section).toMatch(/^\n(Tried with a real server|From its documentation)/);
  });

  test("its settings begin a sign-in, as the page says", async () => {
    for (const [variable, value] of Object.entries(settings)) vi.stubEnv(variable, value);
    vi.stubEnv("OIDC_CLIENT_SECRET", "a-secret");
    vi.stubEnv("SESSION_SECRET", secret);
    expect(settings.OIDC_PUBLIC_URL).toBe(app);
    const { at, query } = await signInBy(undefined, metadata);
    expect(at).toBe(metadata.authorization_endpoint);
    expect(query).toEqual({ ...always, ...asks });
  });

  test.each([...variants])("$code", async ({ code, login, asks: others }) => {
    expect(section).toContain(`\`${code}\``);
    const [issuer, tenantId] = [settings.OIDC_ISSUER, settings.OAUTH2_TENANT_ID];
    const { query } = await signInBy(
      {
        ...(issuer && { issuer }),
        ...(tenantId && { tenantId }),
        publicUrl: app,
        clientId: settings.OIDC_CLIENT_ID ?? "",
        clientSecret: "a-secret",
        session: { secret },
        login,
      },
      metadata,
    );
    expect(query).toEqual({ ...always, ...others });
  });

  test("what is to be registered there is named, and is where our endpoints are", () => {
    expect(section).toContain(`\`${app}/auth/v2/callback\``);
    if (metadata.end_session_endpoint) expect(section).toContain(`\`${app}/\``);
    if (metadata.backchannel_logout_supported)
      expect(section).toContain(`\`${app}/auth/v2/backchannel-logout\``);
    const paths: readonly string[] = Object.values(defaultPaths);
    for (const [, path = ""] of section.matchAll(/(\/auth\/v2\/[a-z-]+)/g)) expect(paths).toContain(path);
  });

  test("its variables and options are ours", () => {
    const configuration = read("configuration.md");
    for (const [variable] of section.matchAll(/\b(OIDC|OAUTH2|SESSION)_[A-Z0-9_]+\b/g)) {
      expect(configuration.includes(`\`${variable}\``), variable).toBe(true);
    }
    for (const [, table, option = ""] of section.matchAll(/`(login|session)\.(\w+)`/g)) {
      const rows = table === "login" ? loginTable : sessionOptionTable;
      expect(Object.keys(rows)).toContain(option);
    }
  });
});

test("the index says of each whether signing in was tried", () => {
  const index = read("providers/README.md");
  for (const name of Object.keys(signInPages)) {
    expect(index).toMatch(new RegExp(`\\]\\(${name}\\.md#sign-people-in\\)`));
  }
});
