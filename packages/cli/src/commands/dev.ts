// `sallyport dev`: the development provider for an application of one's own.
import type { DevIdp } from "@sallyport/dev-idp";
import { asCalled } from "../called.ts";
import { columns, command } from "../command.ts";
import { exit, UsageError } from "../io.ts";
import { type Style, styleFor } from "../style.ts";
import { quoted } from "../token/curl-line.ts";

const usualPort = 4400;

export const dev = command({
  name: "dev",
  summary: "an OpenID Provider for your application while you develop, with people to sign in as",
  usage: ["sallyport dev", "sallyport dev --port 0 --audience orders --file people.json"],
  notes: [
    "It listens on 127.0.0.1 alone, keeps everything in memory, and does not start where NODE_ENV is production: everyone knows its passwords. Ctrl-C stops it. People and clients of your own: the page of @sallyport/dev-idp has the file's form.",
  ],
  options: {
    port: { takes: "PORT", doc: `The port on 127.0.0.1; 0 for any free one. Default: ${usualPort}.` },
    audience: { takes: "NAME", doc: "The aud of access tokens. Default: my-api." },
    file: { takes: "PATH", doc: "A JSON file with people, clients and audiences of your own." },
  },
  strayArgument: "dev takes no argument of its own: --port, --audience and --file change what it does",
  async run({ port = String(usualPort), audience, file }, io) {
    if (!/^\d+$/.test(port) || Number(port) > 65_535)
      throw new UsageError("--port takes a whole number from 0 to 65535");
    const { startDevIdp } = await import("@sallyport/dev-idp");
    const idp = await startDevIdp({
      port: Number(port),
      ...(audience !== undefined && { audience }),
      ...(file !== undefined && { file }),
    }).catch((error: Error & { code?: string }) => {
      if (error.code === "EADDRINUSE") {
        throw new UsageError(
          `Port ${port} is in use on 127.0.0.1: by another sallyport dev, perhaps; --port takes another, 0 any free one`,
        );
      }
      throw new UsageError(error.message);
    });
    const signal = io.untilStopped();
    io.stdout.write(asCalled(`${summary(idp, styleFor(io.stdout, io.env)).join("\n")}\n`, io));
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await idp.close();
    io.stderr.write("Stopped.\n");
    return exit.fine;
  },
});

function summary({ issuer, audience, people, clients }: DevIdp, style: Style): string[] {
  const machine = clients.find(({ type }) => type === "machine");
  const [person] = people;
  return [
    `Issuer     ${issuer}`,
    `Audience   ${audience}`,
    `Page       ${issuer}/`,
    "",
    style.bold("For your application's environment"),
    `  OIDC_ISSUER=${issuer}`,
    `  OIDC_AUDIENCE=${audience}`,
    "  OIDC_INSECURE_ALLOW_LOOPBACK=true",
    "",
    style.bold("People (username / password)"),
    ...columns(people.map((one) => [`${one.username} / ${one.password}`, one.roles.join(", ")])),
    ...(person
      ? [
          "",
          style.bold(`Your API as ${person.username}`),
          `  curl -s -d 'person=${encoded(person.username)}' ${issuer}/control/token | sed 's/^/Authorization: Bearer /' | curl -H @- http://127.0.0.1:3000/`,
        ]
      : []),
    ...(machine
      ? [
          "",
          style.bold("A token by the protocol"),
          `  OIDC_CLIENT_SECRET=${quoted(machine.secret ?? "")} sallyport token --issuer ${issuer} --client-id ${quoted(machine.id)} --insecure-allow-loopback`,
        ]
      : []),
    "",
    "Ctrl-C stops it.",
  ];
}

// A form's field in single quotes, where nothing is special to a shell but the quote itself.
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll("'", "%27");
}
