// Which test files run on every runtime: all of these folders, but for the named ones, and the HTTP tables.
import { readdirSync } from "node:fs";
import { join } from "node:path";

export const testFolder = join(import.meta.dirname, "../../packages/sallyport/test");

const folders = [
  ...["authorize", "client", "introspection", "presets", "sender", "testing", "verify"],
  ...["session", "login", "stores"],
];

/** What vitest itself, servers or files are needed for; and why it is no loss. */
const elsewhere = {
  "login/dev-idp.test.ts": "needs the provider for development, which runs on Node",
  "login/native-code.test.ts":
    "needs node:http for a provider of another kind; the other suites of native clients are here",
  "login/own-tokens.test.ts": "needs node:http, to see what a real API is sent",
  "login/return-to.test.ts": "needs files; the rules are plain functions of a text",
  "login/sign-in-web.test.ts": "exchanges the platform on Node; here each runtime has its own",
  "login/without-openid-client.test.ts": "takes a module away (vi.mock)",
  "session/kinds-web.test.ts": "exchanges the platform on Node; here each runtime has its own",
  "session/parts.test.ts": "needs vitest's clock",
  "session/processes.test.ts": "starts processes",
  "session/renewal-web.test.ts": "exchanges the platform on Node; here each runtime has its own",
  "session/session-web.test.ts": "exchanges the platform on Node; here each runtime has its own",
  "stores/options.test.ts": "makes the drivers' clients, which are Node's",
  "stores/outage.test.ts": "needs sockets, and the drivers of Node",
  "stores/sqlite.test.ts": "needs files, and a driver of Node's",
  "stores/sqlite-processes.test.ts": "starts processes",
  "introspection/client-auth.test.ts": "needs node:http, to see what a real endpoint is sent",
  "introspection/telemetry.test.ts": "prom-client runs on Node",
  "sender/dpop-web.test.ts": "exchanges the platform on Node; here each runtime has its own",
  "sender/mtls.test.ts": "needs TLS with client certificates, which Node alone shows to a handler",
  "sender/regressions.test.ts": "sends targets that only a socket of Node's can send, to servers of Node's",
  "testing/clock-and-sign.test.ts": "compares with jose, which chooses its own platform",
  "testing/sign-in-servers.test.ts": "needs servers of Node's",
  "verify/catalogue.test.ts": "reads the test files",
  "verify/discovery.test.ts": "needs node:http; the live run fetches keys",
  "verify/issuer-metadata.test.ts": "needs node:http; the live run fetches metadata",
  "verify/provider.test.ts": "needs node:http; the live run fetches keys and metadata",
  "verify/remote-keys.test.ts": "needs node:http; the live run fetches keys",
  "verify/remote-tls.test.ts": "needs node:https",
  "verify/secrets.test.ts": "listens at modules' doors (vi.mock)",
  "verify/signature-length.test.ts": "listens at modules' doors (vi.mock)",
  "verify/threats-web.test.ts": "exchanges the platform on Node; here each runtime has its own",
};

/** The table over HTTP, from `Request` to `Response` in process; and what of the edge is about sessions. */
const http = [
  ...["frameworks/fetch.test.ts", "frameworks/hono.test.ts"],
  ...["csrf-tokens", "endpoint-body", "form-body", "routing", "session-way"].map(
    (name) => `http/${name}.test.ts`,
  ),
];

/** @returns {string[]} paths below the test folder */
export function testFiles() {
  const found = folders.flatMap((folder) =>
    readdirSync(join(testFolder, folder), { recursive: true })
      .map((name) => `${folder}/${String(name).replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".test.ts")),
  );
  const gone = Object.keys(elsewhere).filter((path) => !found.includes(path));
  if (gone.length > 0) throw new Error(`tools/runtimes/files.mjs leaves out what is not there: ${gone}`);
  return [...found.filter((path) => !(path in elsewhere)).sort(), ...http];
}
