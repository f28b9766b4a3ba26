// docs/providers/*.md, "Sign people in": of a provider with the metadata that it documents, the doctor says what the page says, to the letter.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { signInPages, signInSection } from "../../../sallyport/test/docs/providers/sign-in.ts";
import type { Finding } from "../../src/finding.ts";
import { tables } from "../../src/tables.ts";
import { runJson } from "../support/run.ts";
import { ecJwk } from "../support/scripted-provider.ts";

interface Answer {
  readonly examinations: readonly { readonly findings: readonly Finding[] }[];
}

const told = ["provider_logout", "told_of_logouts", "renewal"];

test.each(Object.entries(signInPages))("%s", async (name, { metadata, advice = [] }) => {
  const page = readFileSync(new URL(`../../../../docs/providers/${name}.md`, import.meta.url), "utf8");
  const [, part = ""] = signInSection(page).split("\n### What the doctor says of it\n");
  const send: typeof fetch = async (input) =>
    Response.json(String(input) === metadata.jwks_uri ? { keys: [ecJwk("k")] } : metadata);
  const args = ["doctor", "--issuer", String(metadata.issuer), "--sign-in", "--client-id", "web"];
  const { json } = await runJson<Answer>(args, { fetch: send });
  expect(json.examinations).toHaveLength(2);
  const findings = json.examinations.flatMap((one) => one.findings);
  const lines = findings.flatMap(({ id, sentence }) =>
    told.includes(id) ? [`- \`${id}\`: ${sentence}`] : [],
  );
  expect([...part.matchAll(/^- `.*$/gm)].map(([line]) => line)).toEqual(lines);
  expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining([...advice]));
  for (const id of advice) expect(part).toContain(`\`${id}\``);
  const known = Object.values(tables).flatMap((subjects) =>
    Object.values(subjects)
      .flat()
      .map(({ id }) => id),
  );
  for (const [, id] of part.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)) expect(known).toContain(id);
});
