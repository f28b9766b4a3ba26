// The READMEs: what they tell a newcomer to write is accepted, and no link of a packed page leads out of the package.
import { existsSync, readFileSync } from "node:fs";
import fastify from "fastify";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sallyport } from "../../src/frameworks/fastify.ts";
import { createVerifier, type VerifierOptions } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const linksOf = (page: string) => [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
const start = read("README.md");
/** The text below a heading. */
const section = (heading: string) => start.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
/** An object literal of a page, as JavaScript reads it. */
const literal = (text: string): VerifierOptions => new Function(`return ${text}`)() as VerifierOptions;

describe("links", () => {
  test("of the package's page lead nowhere that is not packed", () => {
    const links = linksOf(read("packages/sallyport/README.md"));
    expect(links.filter((target) => !/^(https:\/\/|#)/.test(target))).toEqual([]);
  });
  test("of the start page lead to files and headings that there are", () => {
    const links = linksOf(start).filter((target) => !target.startsWith("https://"));
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) {
      const [path = "", anchor] = link.split("#");
      expect(existsSync(new URL(path, root)), link).toBe(true);
      if (anchor) expect(read(path).toLowerCase(), link).toContain(`\n## ${anchor.replaceAll("-", " ")}\n`);
    }
  });
});

describe("your provider: each row of the table makes a verifier with the preset it names", () => {
  const fill: Record<string, string> = {
    "<guid>": "11111111-2222-4333-8444-555555555555",
    "<region>": "eu-west-1",
    "<pool>": "eu-west-1_Example01",
    "<app>": "orders",
    "<the cluster's issuer>": "https://oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000001",
  };
  const rows = [
    ...section("Your provider").matchAll(/^\| ([^|]+) \| ([^|]*`[a-zA-Z]+: "[^|]*) \| ([^|]*) \|$/gm),
  ].map(([, name = "", set = "", and = ""]): [string, string] => {
    const options = [...`${set} ${and}`.matchAll(/`([a-zA-Z]+: "[^`]+")`/g)].map(([, option]) => option);
    const text = `{ audience: "my-api", ${options.join(", ")} }`;
    return [
      name.replace(/\[([^\]]+)\]\([^)]+\)/, "$1"),
      text.replace(/<[^>]+>/g, (placeholder) => fill[placeholder] ?? placeholder),
    ];
  });
  const presets: Record<string, string> = {
    Keycloak: "keycloak",
    "Entra ID": "entra",
    Auth0: "auth0",
    Okta: "okta",
    Cognito: "cognito",
    Authentik: "authentik",
    "Google (ID tokens)": "google-id-token",
    "GitHub Actions": "github-actions",
    Kubernetes: "kubernetes",
  };
  test("the table has all of them", () => {
    expect(rows.map(([name]) => name)).toEqual(Object.keys(presets));
  });
  test.each(rows)("%s", (name, text) => {
    const verifier = createVerifier(literal(text));
    expect(verifier.health().issuers[0]?.preset).toBe(presets[name]);
  });
});

test("in containers: the example is accepted, and what is said to be refused is", () => {
  const text = section("In containers");
  const example = literal(/sallyport\((\{[\s\S]*?\n\})\);/.exec(text)?.[1] ?? "");
  expect(() => createVerifier(example)).not.toThrow();
  expect(text).toContain("`http://keycloak:8080` is refused");
  const { jwksUri: _jwksUri, ...rest } = example;
  for (const option of ["issuer", "discoveryUrl", "jwksUri"]) {
    const given = { ...rest, [option]: "http://keycloak:8080", insecureAllowLoopback: true };
    expect(() => createVerifier(given), option).toThrow(`\`${option}\` takes an https URL`);
  }
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
    expect(text).toContain(`\`${host}\``);
    const given = { ...rest, issuer: `http://${host}:8080/realms/demo`, insecureAllowLoopback: true };
    expect(() => createVerifier(given), host).not.toThrow();
  }
});

describe("a 401 that was not expected", () => {
  const shown = (/^```\n(sallyport: [\s\S]*?)\n```$/m.exec(start)?.[1] ?? "").split("\n");

  async function refuse(environment: string): Promise<string[]> {
    vi.stubEnv("NODE_ENV", environment);
    const printed = vi.spyOn(console, "warn").mockReturnValue();
    const idp = fakeIssuer({ issuer: "http://127.0.0.1:4400", audience: "my-api" });
    const auth = sallyport({ ...idp.config, insecureAllowLoopback: true }, idp.deps);
    const app = fastify();
    app.register(auth.plugin());
    app.get("/me", auth.required(), () => "in");
    const headers = await idp.bearer({ audience: "another" });
    expect((await app.inject({ url: "/me", headers })).statusCode).toBe(401);
    await app.close(); // writes the trail out
    return printed.mock.calls.map(([line]) => String(line));
  }
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test.each(["development", ""])("NODE_ENV=%s prints what the page shows", async (environment) => {
    expect(shown).toHaveLength(2);
    expect(await refuse(environment)).toEqual(shown);
  });
  test("production without a logger prints nothing", async () => {
    expect(await refuse("production")).toEqual([]);
  });
});
