// docs/providers/*.md: the doctor finds what they say, and `inspect` says of each mistake what the log says, to the letter.
import { readFileSync } from "node:fs";
import { fakeIssuer } from "sallyport/testing";
import { describe, expect, test } from "vitest";
import { mistakes } from "../../../sallyport/test/docs/providers/mistakes.ts";
import { arriving, codeOf, issuerOf } from "../../../sallyport/test/docs/providers/scene.ts";
import type { Finding } from "../../src/finding.ts";
import { runJson } from "../support/run.ts";
import { type DoctorRow, doctorRows } from "./doctor-rows.ts";

const read = (name: string) =>
  readFileSync(new URL(`../../../../docs/providers/${name}.md`, import.meta.url), "utf8");

interface Examined {
  readonly examinations: readonly { readonly findings: readonly Finding[] }[];
}
interface Inspected {
  readonly form: string;
  readonly verdict: { readonly code: string; readonly sentence: string };
}

const idp = fakeIssuer({ preset: "keycloak", algorithm: "RS256" });

/** What the doctor finds, as the second cell of a row has it. */
async function foundBy({ issuer, preset, metadata, finds }: DoctorRow): Promise<string> {
  const send: typeof fetch = async (input) => {
    if (typeof metadata === "number") return Response.json({ error: "no" }, { status: metadata });
    return Response.json(String(input) === metadata.jwks_uri ? await idp.jwks() : metadata);
  };
  const named = preset === undefined ? [] : ["--preset", preset];
  const args = ["doctor", "--issuer", issuer, "--audience", "orders-api", ...named];
  const { json } = await runJson<Examined>(args, { fetch: send, now: idp.clock.now });
  const findings = json.examinations[0]?.findings ?? [];
  const found = findings.find(({ id }) => id === finds);
  return found ? `\`${found.id}\`: ${found.sentence}` : findings.map(({ id }) => id).join(" ");
}

const doctors = Object.entries(doctorRows).flatMap(([name, rows]) =>
  rows.map((row) => ({ name, what: row.what, row })),
);

describe("the doctor", () => {
  test.each(doctors)("$name: $what", async ({ name, what, row }) => {
    expect(read(name)).toContain(`| ${what} | ${await foundBy(row)} |`);
  });

  test("every row of a page is tried", () => {
    const told = Object.keys(mistakes).flatMap((name) => {
      const [, section = ""] = read(name).split("\n## What the doctor says\n");
      return [...section.matchAll(/^\| (.*?) \| `\w+`: /gm)].map(([, what]) => `${name}: ${what}`);
    });
    expect(told.toSorted()).toEqual(doctors.map(({ name, what }) => `${name}: ${what}`).toSorted());
  });
});

// What is set otherwise than on the page has no metadata here.
const tokens = Object.entries(mistakes).flatMap(([name, list]) =>
  list.filter(({ options }) => options === undefined).map((mistake) => ({ name, ...mistake })),
);

describe("inspect", () => {
  test.each(tokens)("$name: $what", async ({ name, what, arrives }) => {
    const { issuer, audience, deps } = issuerOf(name);
    const { preset } = codeOf(name).options;
    const args = ["inspect", "--issuer", issuer, ...audience.flatMap((one) => ["--audience", one])];
    if (typeof preset === "string") args.push("--preset", preset);
    const stdin = await arriving(name, arrives);
    const { json, status } = await runJson<Inspected>(args, { ...deps, stdin });
    // An opaque token may be good to an API that asks the provider: the sentence is that of one that does not.
    expect(status).toBe(json.form === "opaque" ? 2 : 1);
    expect(read(name)).toContain(`| ${what} | \`${json.verdict.code}\`: ${json.verdict.sentence} |`);
  });
});
