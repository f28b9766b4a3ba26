// `sallyport doctor --sign-in` on providers, clients and secrets that are wrong in one way each, and on good ones.
import { startDevIdp } from "@sallyport/dev-idp";
import { describe, expect, onTestFinished, test } from "vitest";
import { signInTables } from "../../src/doctor/sign-in/index.ts";
import type { Finding } from "../../src/finding.ts";
import { run, runBin, runJson } from "../support/run.ts";
import { client, startSignInProvider } from "../support/scripted-sign-in.ts";
import { brokenSignIns, noted } from "./broken/sign-in.ts";

interface Answer {
  readonly examinations: readonly { readonly subject: string; readonly findings: readonly Finding[] }[];
}

const usual = ["--sign-in", "--insecure-allow-loopback"];
const beyondNotes = (findings: readonly Finding[]) =>
  findings.flatMap(({ id, level }) => (level === "note" ? [] : [id])).join(" ");
const idsOf = (findings: readonly Finding[]) => findings.map(({ id }) => id);

/** What is found of the client: the last examination. */
async function examine(issuer: string, args: readonly string[], secret = client.secret) {
  const all = ["doctor", "--issuer", issuer, ...usual, ...args];
  const named = (name: string, value: string) => (args.includes(name) ? [] : [name, value]);
  const { json, stdout, status } = await runJson<Answer>(
    [...all, ...named("--client-id", client.id), ...named("--callback-url", client.callback)],
    { env: { OIDC_CLIENT_SECRET: secret } },
  );
  expect(stdout).not.toContain(secret);
  const last = json.examinations.at(-1);
  expect(last?.subject).toContain(", client ");
  return { status, findings: last?.findings ?? [] };
}

test.each(brokenSignIns)("$name: $finds", async ({ script, args = [], secret, finds, mend, sentence }) => {
  const { issuer } = await startSignInProvider(script);
  const { findings, status } = await examine(issuer, args, secret);
  expect(beyondNotes(findings)).toBe(finds);
  const found = findings.find(({ id }) => id === finds.split(" ")[0]);
  expect(found?.mend).toMatch(mend);
  if (sentence) expect(found?.sentence).toMatch(sentence);
  expect(status).toBe(1);
});

test.each(noted)("$name: $notes", async ({ script, args = [], notes }) => {
  const { issuer } = await startSignInProvider(script);
  const { findings } = await examine(issuer, args);
  expect(beyondNotes(findings)).toBe("");
  expect(idsOf(findings)).toEqual(expect.arrayContaining([...notes]));
  const told = ["callback_registered", "callback_cannot_be_told", "secret_accepted", "secret_cannot_be_told"];
  const others = told.filter((id) => !notes.includes(id));
  expect(idsOf(findings).filter((id) => others.includes(id))).toEqual([]);
});

test("every check beyond a note is tried on something broken", () => {
  const tried = new Set(brokenSignIns.flatMap(({ finds }) => finds.split(" ")));
  const checks = Object.values(signInTables).flat();
  expect(checks.filter(({ id, level }) => level !== "note" && !tried.has(id)).map(({ id }) => id)).toEqual(
    [],
  );
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

describe("what is sent", () => {
  test("no code is ever redeemed, and a secret that nobody has is tried beside the right one", async () => {
    const { issuer, forms } = await startSignInProvider();
    await examine(issuer, ["--auth-method", "client_secret_post"]);
    expect(forms).toHaveLength(2);
    expect(forms.map((form) => form.get("code"))).toEqual(Array(2).fill("sallyport-doctor-has-no-code"));
    expect(forms[0]?.get("client_secret")).toBe(client.secret);
    expect(forms[1]?.get("client_secret")).not.toBe(client.secret);
  });

  test("the secret stays at home where the metadata is another issuer's", async () => {
    const { issuer, forms } = await startSignInProvider({
      metadata: (good) => ({ ...good, issuer: "https://other.example" }),
    });
    const { json } = await runJson<Answer>(
      ["doctor", "--issuer", issuer, ...usual, "--client-id", "web", "--callback-url", client.callback],
      { env: { OIDC_CLIENT_SECRET: client.secret } },
    );
    expect(forms).toEqual([]);
    expect(json.examinations).toHaveLength(1);
    expect(idsOf(json.examinations[0]?.findings ?? [])).toContain("issuer_differs");
  });

  test("nothing of the client is asked without --sign-in, whatever the environment holds", async () => {
    const { issuer, forms } = await startSignInProvider();
    const env = { OIDC_CLIENT_ID: client.id, OIDC_CLIENT_SECRET: client.secret };
    const { json } = await runJson<Answer>(["doctor", "--issuer", issuer, "--insecure-allow-loopback"], {
      env,
    });
    expect([json.examinations.length, forms]).toEqual([1, []]);
  });
});

test("without a callback and a secret it says what was not tried", async () => {
  const { issuer } = await startSignInProvider();
  const { json } = await runJson<Answer>(["doctor", "--issuer", issuer, ...usual, "--client-id", "web"]);
  const found = json.examinations[1]?.findings.find(({ id }) => id === "sign_in_not_tried");
  expect(found?.sentence).toMatch(/callback.*--public-url.*; the secret.*OIDC_CLIENT_SECRET/);
});

test("the library's variables stand for the options", async () => {
  const { issuer } = await startSignInProvider();
  const env = {
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: client.id,
    OIDC_CLIENT_SECRET: client.secret,
    OIDC_PUBLIC_URL: "https://app.example/",
    OIDC_INSECURE_ALLOW_LOOPBACK: "true",
  };
  const { json } = await runJson<Answer>(["doctor", "--sign-in"], { env });
  const ids = idsOf(json.examinations[1]?.findings ?? []);
  expect(ids).toEqual(expect.arrayContaining(["callback_registered", "secret_accepted"]));
});

test.each([
  ["no issuer", ["--sign-in", "--client-id", "web"], /--sign-in takes --issuer URL/],
  ["no client", ["--sign-in", "--issuer", "https://idp.example"], /--sign-in takes --client-id ID/],
  [
    "a secret among the arguments",
    ["--sign-in", "--client-secret", "s3cr3t"],
    /A secret is not taken as an argument/,
  ],
  [
    "a callback that is none",
    ["--issuer", "https://idp.example", "--callback-url", "cb"],
    /--callback-url takes/,
  ],
])("refused: %s", async (_name, args, sentence) => {
  const { status, stdout, stderr } = await run(["doctor", ...args]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toContain("s3cr3t");
});

describe("the development provider", () => {
  const devIdp = async () => {
    const idp = await startDevIdp({ algorithm: "ES256", quiet: true });
    onTestFinished(() => idp.close());
    return idp.issuer;
  };
  const callback = ["--callback-url", "http://127.0.0.1:3000/auth/v2/callback"];

  test.each([
    ["all is well", callback, "web-secret", ""],
    [
      "a callback elsewhere",
      ["--public-url", "https://app.example"],
      "web-secret",
      "callback_not_registered",
    ],
    ["a wrong secret", callback, "wob-secret", "secret_refused"],
    ["an unknown client", [...callback, "--client-id", "wob"], "web-secret", "client_unknown secret_refused"],
  ])("%s", async (_name, args, secret, finds) => {
    const issuer = await devIdp();
    const id = args.includes("--client-id") ? [] : ["--client-id", "web"];
    const { json } = await runJson<Answer>(["doctor", "--issuer", issuer, ...usual, ...id, ...args], {
      env: { OIDC_CLIENT_SECRET: secret },
    });
    const findings = json.examinations[1]?.findings ?? [];
    expect(beyondNotes(findings)).toBe(finds);
    if (finds === "") {
      expect(idsOf(findings)).toEqual(expect.arrayContaining(["callback_registered", "secret_accepted"]));
    }
  });

  test("the program says it in lines, and the secret nowhere", async () => {
    const issuer = await devIdp();
    const args = ["doctor", "--issuer", issuer, ...usual, "--client-id", "web", ...callback];
    const { status, stdout, stderr } = await runBin(args, { env: { OIDC_CLIENT_SECRET: "wrong-one" } });
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("MEND   secret_refused");
    expect(stdout).toContain("→ Copy the secret once more");
    expect(stdout).not.toContain("wrong-one");
  });
});
