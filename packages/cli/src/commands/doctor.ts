// `sallyport doctor`: what is wrong with a provider, or with an API's guard, and what to mend.
import { command } from "../command.ts";
import { examineApi } from "../doctor/api/index.ts";
import { tokenFromCommand, tokenFromStdin } from "../doctor/api/real-tokens.ts";
import { examineProvider } from "../doctor/provider/index.ts";
import { type Io, UsageError } from "../io.ts";
import type { Values } from "../options.ts";
import { type Examination, report } from "../report.ts";
import { issuerNamed, jsonOption, libraryOptions, verifierOptions } from "../shared-options.ts";

const options = {
  ...verifierOptions,
  api: { takes: "URL", doc: "A route of your API that must not open without a token." },
  method: {
    takes: "NAME",
    doc: "The request's method, where GET is not the route's. A method that changes something may change it.",
    values: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  },
  "token-command": {
    takes: "COMMAND",
    doc: "A command that writes a token which the API should take; use a short-lived one: it is tried in the query, too.",
  },
  "token-stdin": { doc: "The same, from standard input." },
  "id-token-command": {
    takes: "COMMAND",
    doc: "A command that writes an ID token, which the API must refuse.",
  },
  "other-token-command": {
    takes: "COMMAND",
    doc: "A command that writes an access token for another audience, which the API must refuse.",
  },
  json: jsonOption,
} as const;

export const doctor = command({
  name: "doctor",
  summary: "what is wrong with a provider, or with an API's guard, and what to mend",
  usage: [
    "sallyport doctor --issuer URL --audience NAME",
    "sallyport doctor --api URL --token-command 'sallyport token …'",
  ],
  notes: [
    "--issuer looks at a provider's metadata, keys and clock as your API would see them from here. --api tries a route with tokens that no API may take; real tokens go to that URL and nowhere else.",
    "Exit status: 0 nothing must be mended (advice and notes do not count), 1 something must, 2 no answer (a mistake in the call, out of reach). Each finding has a stable id: docs/doctor.md lists them.",
  ],
  options,
  strayArgument: "doctor takes no argument of its own: --issuer URL examines a provider, --api URL an API",
  async run(values, io) {
    const { api } = values;
    const configured = libraryOptions(values);
    if (configured === undefined && api === undefined) {
      throw new UsageError("doctor takes --issuer URL, --api URL, or both");
    }
    const issuer = configured && issuerNamed(configured);
    if (issuer !== undefined && !isWebUrl(issuer)) {
      throw new UsageError("--issuer takes a URL that begins with https://");
    }
    if (api !== undefined && !isWebUrl(api)) {
      throw new UsageError("--api takes a URL that begins with https:// (or http://)");
    }
    const examinations: Examination[] = [];
    if (issuer !== undefined)
      examinations.push(await examineProvider({ issuer, options: configured ?? {} }, io));
    if (api !== undefined)
      examinations.push(await examineApi(await apiQuestion(api, issuer, values, io), io));
    return report(examinations, io, values.json);
  },
});

function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

async function apiQuestion(url: string, issuer: string | undefined, values: Values<typeof options>, io: Io) {
  const { audience, method } = values;
  if (values["token-stdin"] && values["token-command"] !== undefined) {
    throw new UsageError("--token-stdin and --token-command exclude each other");
  }
  return {
    url,
    method,
    issuer,
    audience,
    insecureAllowLoopback: values["insecure-allow-loopback"],
    tokens: {
      good: values["token-stdin"]
        ? await tokenFromStdin(io)
        : await tokenFromCommand(values["token-command"], "token-command", io),
      idToken: await tokenFromCommand(values["id-token-command"], "id-token-command", io),
      other: await tokenFromCommand(values["other-token-command"], "other-token-command", io),
    },
  };
}
