// `sallyport inspect`: what a token says, and, against an issuer and an audience, whether an API would take it.
import type { VerifierOptions } from "sallyport";
import { asCalled } from "../called.ts";
import { columns, command, wrap } from "../command.ts";
import { type Finding, runChecks } from "../finding.ts";
import { type DecodedToken, decodeToken } from "../inspect/decode.ts";
import { observations } from "../inspect/observations.ts";
import { datesOf } from "../inspect/times.ts";
import { noArgument, readToken } from "../inspect/token-text.ts";
import { type Verdict, verdictOn } from "../inspect/verification.ts";
import { exit, type Io, UsageError } from "../io.ts";
import type { Values } from "../options.ts";
import { jsonOption, libraryOptions, verifierOptions } from "../shared-options.ts";
import { harmless, harmlessJson, type Style, styleFor } from "../style.ts";

export const inspect = command({
  name: "inspect",
  summary: "what a token says, and whether your API would take it",
  usage: [
    "pbpaste | sallyport inspect",
    "sallyport token … | sallyport inspect --issuer URL --audience NAME",
  ],
  notes: [
    "The token is read from standard input, or from a prompt that does not show it; never from the arguments, which the shell keeps. The signature is never printed, and without --issuer nobody is asked anything.",
    "With --issuer and --audience the library's own verifier judges it; an opaque token it does not judge, as the provider is not asked about it. Exit status: 0 it would be taken (or was only described), 1 it would not (or can't be read at all), 2 no answer.",
  ],
  options: {
    ...verifierOptions,
    json: jsonOption,
    token: { takes: "TOKEN", doc: "", refused: noArgument },
  },
  strayArgument: noArgument,
  async run(values, io) {
    const options = optionsToVerifyBy(values);
    const text = await readToken(io);
    const token = decodeToken(text);
    const said = runChecks(observations, { token, now: io.now() / 1000 });
    const verdict = options && (await verdictOn(text, token, options, io));
    if (values.json) io.stdout.write(`${harmlessJson(asJson(token, said, verdict, io.now()))}\n`);
    else
      io.stdout.write(
        `${asLines(
          token,
          said.map((one) => calledHere(one, io)),
          verdict,
          io,
        ).join("\n")}\n`,
      );
    return statusOf(token, verdict);
  },
});

function optionsToVerifyBy(values: Values<typeof verifierOptions>): VerifierOptions | undefined {
  const options = libraryOptions(values);
  if (options === undefined && values.audience.length === 0) return undefined;
  if (options?.audience === undefined) {
    throw new UsageError(
      "To verify it takes both, --issuer URL and --audience NAME; with neither, the token is only described",
    );
  }
  return options;
}

function statusOf({ form }: DecodedToken, verdict: Verdict | undefined): number {
  if (!verdict) return form === "broken" ? exit.mend : exit.fine;
  return {
    good: exit.fine,
    refused: exit.mend,
    unanswered: exit.unanswered,
    not_verified: exit.unanswered,
  }[verdict.outcome];
}

function asJson(token: DecodedToken, said: readonly Finding[], verdict: Verdict | undefined, now: number) {
  const { form, header, claims, length } = token;
  return { form, length, header, claims, dates: datesOf(claims ?? {}, now), observations: said, verdict };
}

function asLines(
  token: DecodedToken,
  said: readonly Finding[],
  verdict: Verdict | undefined,
  io: Io,
): string[] {
  const style = styleFor(io.stdout, io.env);
  const dates = Object.entries(datesOf(token.claims ?? {}, io.now()));
  return [
    ...section("Header", token.header, style),
    ...section("Claims", token.claims, style),
    ...(dates.length > 0 ? [style.bold("Times"), ...columns(dates), ""] : []),
    style.bold("On sight"),
    ...said.flatMap((finding) => observation(finding, style)),
    ...(verdict ? ["", ...verdictLines(verdict, style)] : []),
  ];
}

function calledHere(finding: Finding, io: Io): Finding {
  return { ...finding, mend: finding.mend && asCalled(finding.mend, io) };
}

function section(title: string, json: unknown, style: Style): string[] {
  return json === undefined ? [] : [style.bold(title), harmlessJson(json), ""];
}

function observation({ id, level, sentence, mend }: Finding, style: Style): string[] {
  const colour = { mend: style.red, advice: style.yellow, note: style.dim }[level];
  return [
    ...wrap(harmless(sentence, 400), 92).map((line, index) => `  ${index === 0 ? colour("•") : " "} ${line}`),
    ...(mend === undefined ? [] : arrow(mend, "    ")),
  ].map((line, index) => (index === 0 ? `${line} ${style.dim(`(${id})`)}` : line));
}

function verdictLines(verdict: Verdict, style: Style): string[] {
  const title = style.bold(`Verified as an API would (preset ${verdict.preset})`);
  if (verdict.outcome === "good") {
    const { kind, subject, clientId, scopes, roles, expiresAt } = verdict.identity;
    const rows: [string, string][] = [
      ["kind", kind ?? "unknown"],
      ["subject", subject],
      ["client", clientId ?? ""],
      ["scopes", scopes.join(" ")],
      ["roles", roles.join(", ")],
      ["until", new Date(expiresAt * 1000).toISOString()],
    ];
    return [
      title,
      `  ${style.green("It is good.")}`,
      ...columns(rows.filter(([, value]) => value !== "").map(([name, value]) => [name, harmless(value)])),
    ];
  }
  if (verdict.outcome === "not_verified") {
    return [
      title,
      `  ${style.yellow("Not verified")}: the token is opaque, and this command does not ask the provider`,
      ...arrow("An API with introspection asks it.", "    "),
      ...arrow(`One without refuses the token: ${verdict.code}.`, "    "),
    ];
  }
  const words = verdict.outcome === "refused" ? "It is refused" : "It can't be judged";
  return [
    title,
    `  ${style.red(words)}: ${verdict.code}`,
    ...wrap(verdict.sentence, 92).map((line) => `    ${line}`),
    ...(verdict.differs === undefined ? [] : wrap(verdict.differs, 92).map((line) => `    ${line}`)),
    ...arrow(verdict.mend.replaceAll("`", ""), "    "),
  ];
}

function arrow(text: string, indent: string): string[] {
  return wrap(text, 90).map((line, index) => `${indent}${index === 0 ? "→" : " "} ${line}`);
}
