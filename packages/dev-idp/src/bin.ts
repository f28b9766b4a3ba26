// The command `dev-idp`: starts the provider, says how to use it, and runs until Ctrl-C.
import { parseArgs } from "node:util";
import { machineLine, personLine } from "./curl-lines.ts";
import { type DevIdp, startDevIdp } from "./index.ts";

const defaultPort = 4400;

const help = `dev-idp: an OpenID Provider for development, on this machine alone

  npx @sallyport/dev-idp [options]

  --port <number>      the port on 127.0.0.1 (default ${defaultPort}; 0 for any free one)
  --audience <name>    the audience of access tokens (default my-api)
  --file <path>        a JSON file with people and clients of your own
  --help               this text
`;

try {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: String(defaultPort) },
      audience: { type: "string" },
      file: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) console.log(help);
  else await run(values);
} catch (error) {
  console.error(explain(error as Error & { code?: string }));
  process.exitCode = 1;
}

async function run({
  port,
  audience,
  file,
}: {
  port: string;
  audience?: string;
  file?: string;
}): Promise<void> {
  const idp = await startDevIdp({
    port: port.trim() === "" ? Number.NaN : Number(port),
    ...(audience !== undefined && { audience }),
    ...(file !== undefined && { file }),
  });
  console.log(summary(idp));
  const stop = () => {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
    void idp.close();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function summary({ issuer, audience, people, clients }: DevIdp): string {
  const machine = clients.find(({ type }) => type === "machine");
  const [person] = people;
  const lines = [
    ...(machine ? [machineLine(issuer, machine)] : []),
    ...(person ? [personLine(issuer, person)] : []),
  ];
  return [
    `Issuer      ${issuer}`,
    `Discovery   ${issuer}/.well-known/openid-configuration`,
    `Audience    ${audience}`,
    `Home page   ${issuer}/`,
    "",
    "People (username / password)",
    ...table(people.map(({ username, password, roles }) => [`${username} / ${password}`, roles.join(", ")])),
    "",
    "Clients (id / secret)",
    ...table(clients.map(({ id, secret, name }) => [secret === undefined ? id : `${id} / ${secret}`, name])),
    ...(lines.length > 0 ? ["", "A token", ...lines.map((line) => `  ${line}`)] : []),
    "",
    "Ctrl-C stops it.",
  ].join("\n");
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}   ${second}`.trimEnd());
}

function explain({ code, message }: Error & { code?: string }): string {
  if (code === "EADDRINUSE") return `${message} (--port <number>)`;
  if (code?.startsWith("ERR_PARSE_ARGS")) return `${message}\n\n${help}`;
  return message;
}
