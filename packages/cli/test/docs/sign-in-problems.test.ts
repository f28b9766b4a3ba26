// docs/sign-in-problems.md: of each problem the doctor finds what the page says, to the letter.
import { readFileSync } from "node:fs";
import { startDevIdp } from "@sallyport/dev-idp";
import { expect, onTestFinished, test } from "vitest";
import { problems, sectionOf, strangeUrl } from "../../../sallyport/test/docs/sign-in-problems/problems.ts";
import type { Finding } from "../../src/finding.ts";
import { runJson } from "../support/run.ts";
import { startApp } from "../support/scripted-app.ts";

const page = readFileSync(new URL("../../../../docs/sign-in-problems.md", import.meta.url), "utf8");
const right = "http://127.0.0.1:3000";

test.each(Object.entries(problems))("%s", async (heading, { options, ahead = 0, blocked, down }) => {
  const idp = await startDevIdp({ algorithm: "ES256", quiet: true });
  onTestFinished(() => idp.close());
  if (down) await idp.close();
  const { publicUrl = right, clientSecret = "web-secret" } =
    options?.({ publicUrl: right, clientSecret: "web-secret" }) ?? {};
  // What a browser blocks can't be seen: this one began under another name.
  const app = blocked
    ? await startApp({ request: (good) => ({ ...good, redirect_uri: `${strangeUrl}/auth/v2/callback` }) })
    : undefined;
  const args = ["doctor", "--issuer", idp.issuer, "--insecure-allow-loopback"];
  const more = app ? ["--app", app] : ["--sign-in", "--client-id", "web", "--public-url", publicUrl];
  const { json } = await runJson<{ examinations: readonly { findings: readonly Finding[] }[] }>(
    [...args, ...more],
    { env: { OIDC_CLIENT_SECRET: String(clientSecret) }, now: () => Date.now() + ahead * 1000 },
  );
  const found = json.examinations.flatMap(({ findings }) => findings).filter(({ level }) => level === "mend");
  const there = found.map(
    ({ id, sentence }) =>
      `\`${id}\`: ${sentence.replace(/\d+ seconds/, "… seconds").replaceAll(app ?? right, right)}`,
  );
  expect(there).toEqual([sectionOf(page, heading).get("the doctor")]);
});
