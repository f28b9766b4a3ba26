// `sallyport inspect`: the real verifier's word, mistakes in one sentence, nothing secret, nothing that steers a terminal.
import { startDevIdp } from "@sallyport/dev-idp";
import { fakeIssuer } from "sallyport/testing";
import { expect, onTestFinished, test } from "vitest";
import { bare } from "../../src/inspect/token-text.ts";
import { run, runBin, runJson } from "../support/run.ts";
import { type Answer, good, goodHeader, idp, inspected, now, seconds, signed } from "./support.ts";

const verifying = (audience = "my-api", issuer = idp.issuer) => ["--issuer", issuer, "--audience", audience];

test("the verifier's word: a good token", async () => {
  const { status, json } = await inspected(await idp.token({ subject: "s1" }), verifying());
  expect(json.verdict).toMatchObject({ outcome: "good", identity: { subject: "s1" } });
  expect(status).toBe(0);
});

test.each([
  [
    "another audience",
    () => idp.token({ audience: "billing" }),
    verifying(),
    "invalid_audience",
    /aud is "billing", and --audience is \["my-api"\]/,
    /meant for another API/,
  ],
  [
    "another issuer",
    () => idp.token(),
    verifying("my-api", `${idp.issuer}/`),
    "invalid_issuer",
    /iss is "https/,
    /to the letter/,
  ],
  [
    "an ID token",
    signed({ typ: "JWT" }, { nonce: "n" }),
    verifying(),
    "wrong_token_type",
    /typ in the header is "JWT"/,
    /Most often an ID token/,
  ],
  [
    "an expired token",
    signed({}, { iat: seconds - 900, exp: seconds - 600 }),
    verifying(),
    "token_expired",
    /10 minutes ago/,
    /compare the clocks/,
  ],
  [
    "a token from the future",
    signed({}, { iat: seconds + 60 }),
    verifying(),
    "token_not_yet_valid",
    /in 1 minute/,
    /clock is ahead/,
  ],
  [
    "a key of elsewhere",
    signed({ kid: "other" }, {}),
    verifying(),
    "key_not_found",
    /kid is "other"; the issuer publishes "key-1"/,
    /another environment/,
  ],
  [
    "an algorithm that is not allowed",
    signed({ alg: "RS512" }, {}),
    verifying(),
    "disallowed_alg",
    /alg is "RS512"/,
    /list it/,
  ],
] as const)("the verifier's word: %s", async (_name, token, args, code, differs, mend) => {
  const { status, json } = await inspected(await token(), args);
  expect(json.verdict).toMatchObject({ outcome: "refused", code });
  expect(json.verdict?.differs).toMatch(differs);
  expect(json.verdict?.mend).toMatch(mend);
  expect(status).toBe(1);
});

test("a provider that is down leaves the question open: status 2", async () => {
  const down = fakeIssuer({ clock: idp.clock });
  const token = await down.token();
  down.fail("down");
  const ran = await runJson<Answer>(["inspect", ...verifying("my-api", down.issuer)], {
    stdin: token,
    now,
    fetch: down.deps.fetch,
  });
  expect(ran.json.verdict).toMatchObject({ outcome: "unanswered", code: "discovery_failed" });
  expect(ran.status).toBe(2);
});

test.each([
  ["without anything to ask by", {}],
  [
    "with what the library asks by",
    { OAUTH2_INTROSPECTION_CLIENT_ID: "api", OAUTH2_INTROSPECTION_CLIENT_SECRET: "s" },
  ],
] as const)("an opaque token is not verified, %s: status 2, and nobody is told it", async (_name, env) => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    asked.push(`${String(input)} ${init?.method} ${String(init?.body)}`);
    return idp.deps.fetch(input, init);
  };
  const opaque = "8xLOxBtZp8";
  const ran = await run(["inspect", ...verifying()], { stdin: opaque, now, fetch, env });
  expect([ran.status, ran.stderr]).toEqual([2, ""]);
  expect(ran.stdout).toContain(
    "Not verified: the token is opaque, and this command does not ask the provider",
  );
  expect(ran.stdout).not.toContain("It is refused");
  expect(asked.filter((one) => one.includes(opaque) || one.includes("POST"))).toEqual([]);
  const { json } = await inspected(opaque, verifying());
  expect(json.verdict).toMatchObject({ outcome: "not_verified", code: "malformed_token" });
});

test("what is cut off is no opaque token: it is refused", async () => {
  const { status, json } = await inspected((await idp.token()).slice(0, 60), verifying());
  expect([status, json.verdict?.outcome]).toEqual([1, "refused"]);
});

test.each([
  ["a token as an argument", ["eyJhbGciOiJub25lIn0.e30."], /shell's history/],
  ["a token as an option", ["--token", "eyJhbGciOiJub25lIn0.e30."], /shell's history/],
  ["nothing on standard input", [], /No token came/],
  ["an issuer without an audience", ["--issuer", "https://idp.example.org"], /takes both/],
  ["a preset that is none", ["--preset", "keyclok"], /did you mean keycloak\?/],
  ["an option that is none", ["--audiense", "x"], /did you mean --audience\?/],
  ["an option without its value", ["--issuer", "--audience", "x"], /--issuer takes URL; it has none/],
  ["an option twice", ["--issuer", "https://a.example", "--issuer", "https://b.example"], /given twice/],
  ["an issuer that can be none", [...verifying("x", "http://idp.example.org"), "--json"], /https/],
] as const)("refused with a sentence: %s", async (_name, args, sentence) => {
  const stdin = args.includes("http://idp.example.org" as never) ? await idp.token() : "";
  const ran = await run(["inspect", ...args], { stdin, now });
  expect(ran.stderr).toMatch(sentence);
  expect(ran.stderr).not.toContain("eyJ");
  expect([ran.status, ran.stdout]).toEqual([2, ""]);
});

test("standard input without an end is not read to its end", async () => {
  const ran = await run(["inspect"], { stdin: "x".repeat(70_000) });
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toContain("longer than any token");
});

test("what is copied along with a token is left out", () => {
  for (const around of [
    "T",
    " T\n",
    "Bearer T",
    "bearer  T",
    "Authorization: Bearer T",
    '"T"',
    "'T'",
    '{"access_token":"T"}',
  ])
    expect(bare(around)).toBe("T");
});

test("a claim can't steer the terminal, nor smuggle a whole token through", async () => {
  const inner = await idp.token();
  const { stdout } = await run(["inspect"], {
    stdin: await idp.sign(goodHeader, { ...good, name: "\u001b[2J\u009b\u202eevil", nested: inner }),
    now,
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(stdout).toContain("\\u001b[2J\\u009b\\u202eevil");
  expect(stdout).not.toContain(inner.split(".")[2]);
});

test("the program: a token of the development provider, verified; colours only when they are asked for", async () => {
  const real = await startDevIdp({ quiet: true, algorithm: "ES256" });
  onTestFinished(() => real.close());
  const token = await real.token({ person: "alice" });
  const args = ["inspect", "--issuer", real.issuer, "--audience", "my-api", "--insecure-allow-loopback"];
  const plain = await runBin(args, { stdin: `${token}\n` });
  expect([plain.status, plain.stderr]).toEqual([0, ""]);
  expect(plain.stdout).toContain("It is good.");
  expect(plain.stdout).toMatch(/exp +\S+Z, in 59 minutes|in 1 hour/);
  expect(plain.stdout).not.toContain(token.split(".")[2]);
  expect(plain.stdout).not.toContain("\u001b[");
  const coloured = await runBin(args, { stdin: token, env: { FORCE_COLOR: "1" } });
  expect(coloured.stdout).toContain("\u001b[32mIt is good.");
  const refused = await runBin(["inspect", token]);
  expect([refused.status, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).not.toContain(token);
});
