// Options of sessions: what refuses to start, and what the defaults are.
import { describe, expect, test } from "vitest";
import { readOption } from "../../src/config/environment.ts";
import { resolveSession, type SessionOptions, sessionOptionTable } from "../../src/session/index.ts";
import { otherSecret, secret } from "./kit.ts";

const resolve = (options: Record<string, unknown>) => resolveSession(options as unknown as SessionOptions);
const random = Uint8Array.from({ length: 48 }, (_, index) => (index * 89 + 17) % 251);

describe("S11: a secret that is none refuses to start, with the command that makes a good one", () => {
  test.each<[string, unknown]>([
    ["missing", undefined],
    ["empty", ""],
    ["short", "kR4wZx81TbQv93LmYp6cN0eUfJ27Gd5"],
    ["short, in bytes", random.slice(0, 31)],
    ["a word, repeated", "hunter2-".repeat(8)],
    ["a placeholder", "please-change-me-before-you-go-to-production"],
    ["the sample of another library's documentation", "my-super-secret-key-that-is-long-enough-to-pass"],
    ["a sentence", "correct horse battery staple and more of them"],
    ["all zeros", new Uint8Array(64)],
    ["one word again and again", "hunter2 hunter2 hunter2 hunter2 hunter2 hunter2"],
    ["words in one", "myhunter2isthebestofallthehuntersinhere"],
    ["a key in PEM", `-----BEGIN PRIVATE KEY-----\n${"kR4wZx81TbQv93Lm".repeat(4)}`],
    ["an empty list", []],
    ["a list with a weak one behind", [secret, "short"]],
    ["a list of lists", [[secret]]],
    ["a list of more than eight", Array.from({ length: 9 }, () => secret)],
    ["a list as long as a secret", Array.from({ length: 32 }, () => secret)],
    ["a number", 42],
    ["an object", { secret }],
  ])("%s", (_what, given) => {
    const attempt = () => resolve(given === undefined ? {} : { secret: given });
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(/`secret`.*openssl rand -base64 48/);
    const message = (() => {
      try {
        return String(attempt());
      } catch (error) {
        return (error as Error).message;
      }
    })();
    for (const part of ["hunter2", "change-me", "super-secret", "kR4w", "horse"])
      expect(message).not.toContain(part);
  });

  test.each<[string, unknown, number]>([
    ["a text", secret, 1],
    ["bytes", random, 1],
    ["several", [otherSecret, secret, random], 3],
  ])("%s will do", (_what, given, count) => {
    expect(resolve({ secret: given }).secrets).toHaveLength(count);
  });
});

test("the defaults", () => {
  const { secrets, ...rest } = resolve({ secret });
  expect(new TextDecoder().decode(secrets[0])).toBe(secret);
  expect(rest).toEqual({
    idleMs: 28_800_000,
    absoluteMs: 86_400_000,
    staleMs: 3_600_000,
    cookieName: "session",
  });
  expect(resolve({ secret, absoluteSeconds: 3600 }).idleMs).toBe(3_600_000);
});

test("bytes that are changed afterwards change nothing", () => {
  const mine = random.slice();
  const { secrets } = resolve({ secret: mine });
  mine.fill(0);
  expect(secrets[0]).toEqual(random);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    "an idle limit beyond the absolute one",
    { idleSeconds: 7200, absoluteSeconds: 3600 },
    /`idleSeconds` takes no more than `absoluteSeconds`/,
  ],
  ["an idle limit of seconds", { idleSeconds: 59 }, /`idleSeconds` takes a whole number of seconds from 60/],
  ["a half second", { absoluteSeconds: 3600.5 }, /`absoluteSeconds`/],
  ["no end", { absoluteSeconds: Number.POSITIVE_INFINITY }, /`absoluteSeconds`/],
  ["milliseconds", { absoluteSeconds: 86_400_000 }, /`absoluteSeconds`/],
  ["a prefix in the name", { cookieName: "__Host-sid" }, /`cookieName`.*without a prefix/],
  ["the same in small letters", { cookieName: "__host-sid" }, /`cookieName`/],
  ["a dot in the name", { cookieName: "session.1" }, /`cookieName`/],
  ["a name with an equals sign", { cookieName: "a=b" }, /`cookieName`/],
  ["no name", { cookieName: "" }, /`cookieName`/],
  ["a misspelt option", { idleSecond: 5 }, /did you mean `idleSeconds`/],
])("%s is refused", (_what, options, message) => {
  expect(() => resolve({ secret, ...options })).toThrow(message);
});

describe("from the environment", () => {
  const noFiles = () => {
    throw new Error("no files in this test");
  };
  const read = (
    name: keyof typeof sessionOptionTable,
    env: Record<string, string>,
    readFile = noFiles as (path: string) => string,
  ) => readOption(sessionOptionTable[name], env, readFile)?.value;

  test("one secret, several of them, or a file with them", () => {
    expect(read("secret", { SESSION_SECRET: secret })).toBe(secret);
    expect(read("secret", { SESSION_SECRET: `${otherSecret},${secret}` })).toEqual([otherSecret, secret]);
    expect(
      read("secret", { SESSION_SECRET_FILE: "/run/secrets/session" }, () => `${otherSecret}\n${secret}\n`),
    ).toEqual([otherSecret, secret]);
    expect(() => read("secret", { SESSION_SECRET: "hunter2" })).toThrow(
      /SESSION_SECRET takes a random secret/,
    );
    expect(() => read("secret", { SESSION_SECRET: "hunter2" })).not.toThrow(/hunter2/);
  });

  test("limits and the name", () => {
    expect(read("idleSeconds", { SESSION_IDLE_SECONDS: "900" })).toBe(900);
    expect(read("absoluteSeconds", { SESSION_ABSOLUTE_SECONDS: "3600" })).toBe(3600);
    expect(read("staleSeconds", { SESSION_STALE_SECONDS: "0" })).toBe(0);
    expect(read("cookieName", { SESSION_COOKIE_NAME: "shop" })).toBe("shop");
    expect(() => read("idleSeconds", { SESSION_IDLE_SECONDS: "15m" })).toThrow(/SESSION_IDLE_SECONDS takes/);
  });
});
