// `sallyport doctor`: what is wrong with a provider, an API's guard, or a sign-in, and what to mend.
import { command } from "../command.ts";
import { examineApi } from "../doctor/api/index.ts";
import { tokenFromCommand, tokenFromStdin } from "../doctor/api/real-tokens.ts";
import { examineApp } from "../doctor/app/index.ts";
import { examineProvider } from "../doctor/provider/index.ts";
import { examineSignIn } from "../doctor/sign-in/index.ts";
import { signInOptions, signInQuestion } from "../doctor/sign-in/options.ts";
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
  ...signInOptions,
  json: jsonOption,
} as const;

export const doctor = command({
  name: "doctor",
  summary: "what is wrong with a provider, an API's guard or a sign-in, and what to mend",
  usage: [
    "sallyport doctor --issuer URL --audience NAME",
    "sallyport doctor --issuer URL --sign-in --client-id ID --public-url URL",
    "sallyport doctor --app URL [--issuer URL]",
    "sallyport doctor --api URL --token-command 'sallyport token …'",
  ],
  notes: [
    "--issuer looks at a provider's metadata, keys and clock as your API would see them from here. --api tries a route with tokens that no API may take; real tokens go to that URL and nowhere else. --sign-in asks the provider for a sign-in by your client, and redeems a code that never was, to see whether it takes the client's secret. --app looks at your application as a browser does.",
    "Exit status: 0 nothing must be mended (advice and notes do not count), 1 something must, 2 no answer (a mistake in the call, out of reach). Each finding has a stable id: docs/doctor.md lists them.",
  ],
  options,
  strayArgument:
    "doctor takes no argument of its own: --issuer URL examines a provider, --api URL an API, --app URL an application",
  async run(values, io) {
    const { api, app: appUrl } = values;
    const configured = libraryOptions(values);
    if (configured === undefined && api === undefined && appUrl === undefined && !values["sign-in"]) {
      throw new UsageError("doctor takes --issuer URL, --api URL, --app URL, or several of them");
    }
    const issuer = configured && issuerNamed(configured);
    if (issuer !== undefined && !isWebUrl(issuer)) {
      throw new UsageError("--issuer takes a URL that begins with https://");
    }
    for (const name of ["api", "app", "public-url", "callback-url"] as const) {
      if (values[name] !== undefined && !isWebUrl(values[name])) {
        throw new UsageError(`--${name} takes a URL that begins with https:// (or http://)`);
      }
    }
    const app = appUrl === undefined ? undefined : await examineApp(appQuestion(appUrl, issuer, values));
    const signIn = values["sign-in"] ? await signInQuestion(values, { issuer, app }, io) : undefined;
    const examinations: Examination[] = [];
    if (issuer !== undefined)
      examinations.push(await examineProvider({ issuer, options: configured ?? {} }, io));
    const examinedSignIn = signIn && (await examineSignIn(signIn, io));
    if (examinedSignIn) examinations.push(examinedSignIn);
    if (app) examinations.push(app.examination);
    if (api !== undefined)
      examinations.push(await examineApi(await apiQuestion(api, issuer, values, io), io));
    return report(examinations, io, values.json);
  },
});

function appQuestion(url: string, issuer: string | undefined, values: Values<typeof options>) {
  const loginPath = values["login-path"] ?? "/auth/v2/login";
  if (!loginPath.startsWith("/")) throw new UsageError("--login-path takes a path that begins with a slash");
  return { url, loginPath, issuer, clientId: values["client-id"] };
}

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
