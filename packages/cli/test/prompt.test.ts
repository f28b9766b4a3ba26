// A terminal's prompt: nothing is echoed, from before the question on; what ends it.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { Io } from "../src/index.ts";
import { askHidden } from "../src/prompt.ts";

function terminal(...typed: readonly string[]) {
  const happened: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (on: boolean) => happened.push(on ? "raw" : "cooked"),
    resume: () => {
      for (const chunk of typed) setImmediate(() => stdin.emit("data", Buffer.from(chunk)));
    },
    pause: () => happened.push("paused"),
  });
  const stderr = { write: (text: string) => happened.push(text) };
  return { happened, io: { stdin, stderr } as unknown as Io };
}

test("the echo is off before the question is asked, and on again afterwards", async () => {
  const { happened, io } = terminal("s3cret", "-more\r");
  expect(await askHidden("Secret: ", io, "")).toBe("s3cret-more");
  expect(happened).toEqual(["raw", "Secret: ", "cooked", "paused", "\n"]);
});

test.each([
  ["a line longer than any line editor takes", [`${"x".repeat(9000)}\n`], "x".repeat(9000)],
  ["Ctrl-D", ["abc\u0004"], "abc"],
  ["mistakes taken back", ["abd\u007fc\r"], "abc"],
])("%s", async (_name, typed, answer) => {
  expect(await askHidden("", terminal(...typed).io, "")).toBe(answer);
});

test("Ctrl-C ends it, with the echo on", async () => {
  const { happened, io } = terminal("abc\u0003");
  await expect(askHidden("", io, "")).rejects.toThrow("Stopped");
  expect(happened).toContain("cooked");
});

test("no terminal, no question", async () => {
  const io = { stdin: {}, stderr: { write: () => {} } } as unknown as Io;
  await expect(askHidden("", io, "Name a file instead")).rejects.toThrow("Name a file instead");
});
