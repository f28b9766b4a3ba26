// `sallyport doctor --app` on applications that are wrong in one way each, and on one of ours with the development provider.

import { randomBytes } from "node:crypto";
import { startDevIdp } from "@sallyport/dev-idp";
import Fastify from "fastify";
import { sallyport } from "sallyport/fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AppFacts } from "../../src/doctor/app/facts.ts";
import { appTables } from "../../src/doctor/app/index.ts";
import { type Finding, runChecks } from "../../src/finding.ts";
import { runJson } from "../support/run.ts";
import { startApp } from "../support/scripted-app.ts";
import { brokenApps } from "./broken/app.ts";

interface Answer {
  readonly examinations: readonly { readonly subject: string; readonly findings: readonly Finding[] }[];
}

const beyondNotes = (findings: readonly Finding[]) =>
  findings.flatMap(({ id, level }) => (level === "note" ? [] : [id])).join(" ");
const tables = Object.values(appTables).flat();

/** What is found of the application: the last examination. */
async function examine(url: string, args: readonly string[] = []) {
  const { json, status } = await runJson<Answer>(["doctor", "--app", url, ...args]);
  return { status, findings: json.examinations.at(-1)?.findings ?? [], examinations: json.examinations };
}

// The issuer is nobody here, and only named: the way back is not tried without one.
const named = ["--issuer", "https://idp.invalid"];

test.each(brokenApps)("$name: $finds", async ({ script, args = [], finds, mend, sentence }) => {
  const { findings } = await examine(await startApp(script), [...named, ...args]);
  expect(beyondNotes(findings)).toBe(finds);
  const found = findings.find(({ id }) => id === finds.split(" ")[0]);
  expect(found?.mend).toMatch(mend);
  if (sentence) expect(found?.sentence).toMatch(sentence);
});

test("an application that is well: nothing to mend, status 0", async () => {
  const answer = await examine(await startApp());
  expect([answer.status, beyondNotes(answer.findings)]).toEqual([0, ""]);
  expect(answer.findings.map(({ id }) => id)).toEqual(["way_back_not_tried"]);
});

test("where the provider answers by a form, so does the doctor, and the sign-in's cookie may come along from there", async () => {
  const methods: (string | undefined)[] = [];
  const url = await startApp({
    request: (right) => ({ ...right, response_mode: "form_post" }),
    cookie: "sallyport-login-1=sealed; Path=/; HttpOnly; SameSite=None",
    callback: (right, { method }) => {
      methods.push(method);
      return right;
    },
  });
  expect([beyondNotes((await examine(url, named)).findings), methods]).toEqual(["", ["POST"]]);
});

test("a page where people choose is a note", async () => {
  const { findings } = await examine(await startApp({ login: () => ({ status: 200 }) }), named);
  expect(findings.map(({ id }) => id)).toEqual(["several_providers"]);
});

test("an application out of reach is no answer: status 2", async () => {
  const { status, findings } = await examine("http://127.0.0.1:1");
  expect([status, beyondNotes(findings)]).toEqual([2, "app_unreachable"]);
});

describe("by https, cookies have to be more", () => {
  const facts = (change: Partial<AppFacts>): AppFacts => {
    const reply = {
      status: 303,
      headers: new Headers({ "cache-control": "no-store" }),
      body: "",
      failure: undefined,
    };
    return {
      url: "https://app.example",
      loginPath: "/auth/v2/login",
      issuer: undefined,
      clientId: undefined,
      loopback: false,
      login: reply,
      request: undefined,
      cookies: [],
      back: undefined,
      session: { ...reply, status: 401 },
      ...change,
    };
  };
  const cookie = (name: string, ...attributes: string[]) => ({
    cookies: [
      {
        name,
        value: "v",
        attributes: new Map([
          ["httponly", ""],
          ["samesite", "lax"],
          ...attributes.map((one): [string, string] => [one, ""]),
        ]),
      },
    ],
  });

  test.each([
    ["Secure and __Host-", cookie("__Host-a", "secure"), ""],
    ["no Secure", cookie("__Host-a"), "cookie_not_secure"],
    ["no prefix", cookie("a", "secure"), "cookie_without_prefix"],
    ["an application by http that is not this machine", { url: "http://app.example" }, "app_not_https"],
  ])("%s", (_name, change, finds) => {
    expect(beyondNotes(runChecks(tables, facts(change)))).toBe(finds);
  });
});

test("every check beyond a note is tried on something broken", () => {
  const tried = new Set([
    ...brokenApps.flatMap(({ finds }) => finds.split(" ")),
    ...["app_unreachable", "app_not_https", "cookie_not_secure", "cookie_without_prefix"],
  ]);
  expect(tables.filter(({ id, level }) => level !== "note" && !tried.has(id)).map(({ id }) => id)).toEqual(
    [],
  );
  expect(new Set(tables.map(({ id }) => id)).size).toBe(tables.length);
});

describe("an application of ours", () => {
  /** With the development provider. @param login options of the sign-in */
  async function start(login: object = {}) {
    const idp = await startDevIdp({ algorithm: "ES256", quiet: true });
    onTestFinished(() => idp.close());
    const app = Fastify();
    onTestFinished(() => app.close());
    // The public URL is known before the router is made: the port is taken first.
    const probe = Fastify();
    const publicUrl = await probe.listen({ port: 0, host: "127.0.0.1" });
    await probe.close();
    const log: string[] = [];
    const write = (_details: object, message: string) => void log.push(message);
    const auth = sallyport(
      {
        issuer: idp.issuer,
        insecureAllowLoopback: true,
        publicUrl,
        clientId: "web",
        clientSecret: "web-secret",
        session: { secret: randomBytes(48).toString("base64") },
        login,
      },
      { logger: { info: write, warn: write, error: write } },
    );
    app.register(auth.plugin());
    app.register(auth.router());
    await app.listen({ port: Number(new URL(publicUrl).port), host: "127.0.0.1" });
    return { issuer: idp.issuer, publicUrl, log };
  }

  test("is well, its cookie finds its way back, and it says client and callback for --sign-in", async () => {
    const { issuer, publicUrl, log } = await start();
    const args = ["--issuer", issuer, "--insecure-allow-loopback", "--sign-in"];
    const { examinations, status } = await examine(publicUrl, args);
    expect([status, examinations.map(({ findings }) => beyondNotes(findings))]).toEqual([0, ["", "", ""]]);
    expect(examinations[1]?.subject).toBe(`${issuer}, client web`);
    expect(examinations[1]?.findings.map(({ id }) => id)).toContain("callback_registered");
    expect(examinations[2]?.findings).toEqual([]);
    expect(log.join("\n")).toContain("The provider did not sign the person in (access_denied)");
  });
});
