// docs/sign-in-problems.md: each of the five most common problems is brought about, and page and log say what the page says, to the letter.
import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import type { DevIdp } from "../../../dev-idp/src/index.ts";
import { problems, provoke, sectionOf } from "./sign-in-problems/problems.ts";

const page = readFileSync(new URL("../../../../docs/sign-in-problems.md", import.meta.url), "utf8");
const words = (html: string) =>
  html
    .replace(/<(title|style)[\s\S]*?<\/\1>|<h1>.*?<\/h1>|<a [\s\S]*?<\/a>|<[^>]*>/g, "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .trim();

let idp: DevIdp | undefined;
afterEach(() => idp?.close());

test("the page has each problem, and no other", () => {
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(Object.keys(problems));
});

test("a clock that is ahead by less than an ID token lives", async () => {
  const seen = await provoke({ ahead: 1800 });
  idp = seen.idp;
  const [code, message] = seen.log.at(-1) ?? [];
  const [, quoted = "?"] = /in its place "([^"]*)"/.exec(page) ?? [];
  expect([code, message]).toEqual(["invalid_id_token", expect.stringContaining(quoted)]);
  const less = await provoke({ ahead: 300 });
  await less.idp.close();
  expect([less.status, less.text]).toEqual([303, ""]);
});

test.each(Object.entries(problems))(
  "%s: what people read, and what the log says",
  async (heading, problem) => {
    const seen = await provoke(problem);
    idp = seen.idp;
    const section = sectionOf(page, heading);
    const there = (text: string) => text.replaceAll(seen.idp.issuer, "https://idp.example.com");
    const logged = seen.log.map(([name, message]) => `\`${name}\`: ${there(message)}`);
    expect(logged).toContain(section.get("the log"));
    if (seen.by === "provider") {
      expect(section.get("people read")).toMatch(/^an error page of the provider's/);
      expect([seen.status, seen.text]).toEqual([400, expect.stringContaining("redirect_uri")]);
      return;
    }
    expect(section.get("people read")).toBe(`"${words(seen.text)}" (${seen.status})`);
    expect(seen.text).toContain("<title>Signing in did not work</title>");
  },
);
