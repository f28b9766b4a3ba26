// `sallyport token`: an access token from a provider, alone on standard output.
import type { TokenEndpointResponse } from "openid-client";
import { isSafeUrl } from "../answer.ts";
import { needsNpx } from "../called.ts";
import { command } from "../command.ts";
import { exit, type Io, RefusedError, UsageError } from "../io.ts";
import type { Values } from "../options.ts";
import { issuerOption, loopbackOption } from "../shared-options.ts";
import { browser } from "../token/browser.ts";
import { clientCredentials } from "../token/client-credentials.ts";
import { curlLine } from "../token/curl-line.ts";
import { device } from "../token/device.ts";
import { scopeDifference } from "../token/granted-scope.ts";
import type { TokenQuestion } from "../token/provider.ts";
import { clientSecretOf, noSecretArgument } from "../token/secret.ts";

const flows = ["client-credentials", "device", "browser"] as const;

const options = {
  issuer: issuerOption,
  "client-id": { takes: "ID", doc: "The client that asks.", env: ["OIDC_CLIENT_ID", "OAUTH2_CLIENT_ID"] },
  flow: {
    takes: "NAME",
    doc: "How: the client for itself (the default), a person with a code on any device, or a person in this machine's browser.",
    values: flows,
  },
  scope: { takes: "SCOPES", doc: "What for, separated by spaces.", env: ["OIDC_SCOPES"] },
  audience: { takes: "NAME", doc: "The API, for providers that know the parameter audience (Auth0)." },
  resource: {
    takes: "URI",
    doc: "The API, for providers that know resource indicators (RFC 8707). May be repeated.",
    multiple: true,
  },
  "client-secret-file": { takes: "PATH", doc: "A file that holds the client's secret." },
  "client-secret": { takes: "SECRET", doc: "", refused: noSecretArgument },
  "redirect-port": {
    takes: "PORT",
    doc: "browser: the port on 127.0.0.1 that the provider sends back to, where it wants it registered.",
  },
  "no-open": { doc: "browser: print the address, and open nothing." },
  "id-token": { doc: "Print the ID token instead: for doctor --id-token-command, not for an API." },
  header: { doc: "Print the line `Authorization: Bearer …`, for `curl --header @-`." },
  curl: { takes: "URL", doc: "Print a curl line that asks this URL with a token, and get none now." },
  "insecure-allow-loopback": loopbackOption,
} as const;

export const token = command({
  name: "token",
  summary: "an access token from a provider, alone on standard output",
  usage: [
    "sallyport token --issuer URL --client-id ID [--scope SCOPES]",
    "sallyport token --issuer URL --client-id ID --flow browser --header | curl --header @- URL",
  ],
  notes: [
    "The client's secret comes from OIDC_CLIENT_SECRET (or OIDC_CLIENT_SECRET_FILE), from --client-secret-file, or from a prompt that does not show it; never from the arguments. What is said to you goes to standard error, so that $(sallyport token …) is the token.",
    "Exit status: 0 a token, 1 the provider or the person said no, 2 no answer (a mistake in the call, out of reach).",
  ],
  options,
  strayArgument: "token takes no argument of its own: its options say whom to ask, and for what",
  async run(values, io) {
    if (values.curl !== undefined) return printCurlLine(values.curl, values, io);
    const tokens = await obtain(values, io);
    const difference = scopeDifference(values.scope, tokens.scope);
    if (difference !== undefined) io.stderr.write(`${difference}\n`);
    io.stdout.write(`${lineOf(tokens, values)}\n`);
    return exit.fine;
  },
});

type TokenValues = Values<typeof options>;

async function obtain(values: TokenValues, io: Io): Promise<TokenEndpointResponse> {
  const flow = values.flow ?? "client-credentials";
  const question = await questionOf(values, flow === "client-credentials", io);
  if (flow === "device") return device(question, io);
  if (flow !== "browser") return clientCredentials(question, io);
  return browser(
    { ...question, redirectPort: portOf(values["redirect-port"]), open: !values["no-open"] },
    io,
  );
}

async function questionOf(values: TokenValues, needsSecret: boolean, io: Io): Promise<TokenQuestion> {
  const { issuer, scope, audience, resource } = values;
  const clientId = values["client-id"];
  if (issuer === undefined) throw new UsageError("--issuer is missing; it takes the provider's URL");
  if (clientId === undefined)
    throw new UsageError("--client-id is missing; it takes the client's id at the provider");
  return {
    issuer,
    clientId,
    clientSecret: await clientSecretOf(values["client-secret-file"], needsSecret, io),
    scope,
    audience,
    resource,
    insecureAllowLoopback: values["insecure-allow-loopback"],
  };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError("--redirect-port takes a whole number from 0 to 65535");
  return port;
}

function lineOf(tokens: TokenEndpointResponse, values: TokenValues): string {
  const text = values["id-token"] ? tokens.id_token : tokens.access_token;
  if (text === undefined) throw new RefusedError("The provider gave no ID token: ask for --scope openid");
  // A line ending in it would become a header of its own.
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new RefusedError("The provider gave a token with characters that no token has");
  return values.header ? `Authorization: Bearer ${text}` : text;
}

const repeated = [
  "issuer",
  "client-id",
  "flow",
  "scope",
  "audience",
  "client-secret-file",
  "redirect-port",
] as const;

function printCurlLine(url: string, values: TokenValues, io: Io): number {
  if (!isSafeUrl(url, true)) {
    throw new UsageError(
      "--curl takes the https URL to ask (http on this machine only): by http whoever is on the way reads the token",
    );
  }
  const args = [
    ...repeated.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]])),
    ...values.resource.flatMap((one) => ["--resource", one]),
    ...(["no-open", "id-token", "insecure-allow-loopback"] as const).flatMap((name) =>
      values[name] ? [`--${name}`] : [],
    ),
  ];
  // As it was understood here: curl reads a backslash otherwise, and would ask another host.
  io.stdout.write(`${curlLine(new URL(url).href, args, needsNpx(io))}\n`);
  return exit.fine;
}
