// `sallyport token` for a client's own token: secrets that stay secret, one line on stdout, mistakes in one sentence.
import { EventEmitter } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Io, main } from "../../src/index.ts";
import { curlLine } from "../../src/token/curl-line.ts";
import { run, runBin } from "../support/run.ts";
import { serve, startProvider } from "../support/scripted-provider.ts";
import { provider } from "./support.ts";

const { idp, at, verify } = await provider();
const secret = { OIDC_CLIENT_SECRET: "machine-secret" };
const folder = mkdtempSync(join(tmpdir(), "cli-token-"));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe("client credentials", () => {
  test("the program prints the token alone", async () => {
    const { status, stdout, stderr } = await runBin([...at("machine"), "--scope", "documents:read"], {
      env: secret,
    });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(await verify(stdout)).toMatchObject({
      clientId: "machine",
      scopes: ["documents:read"],
      kind: "service",
    });
  });

  test("as a header line, with the secret in a file", async () => {
    const path = file("secret", "machine-secret\n");
    const { status, stdout } = await run([...at("machine"), "--client-secret-file", path, "--header"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Authorization: Bearer ey[\w.-]+\n$/);
  });

  test("with the secret in a mounted file, as the library's variables have it", async () => {
    const env = { OIDC_CLIENT_SECRET_FILE: file("mounted", "machine-secret") };
    expect((await run(at("machine"), { env })).status).toBe(0);
  });

  test("asks for the secret at a terminal, without an echo", async () => {
    const said = { stdout: "", stderr: "" };
    const raw: boolean[] = [];
    const stdin = Object.assign(new EventEmitter(), {
      isTTY: true,
      setRawMode: (on: boolean) => raw.push(on),
      resume: () => setImmediate(() => stdin.emit("data", "machine-sex\u007fcret\r")),
      pause: () => {},
    });
    const io = {
      stdin,
      stdout: {
        write: (text: string) => {
          said.stdout += text;
        },
      },
      stderr: {
        write: (text: string) => {
          said.stderr += text;
        },
      },
      env: {},
      fetch,
      now: Date.now,
      untilStopped: () => new AbortController().signal,
    } as unknown as Io;
    expect(await main(at("machine"), io)).toBe(0);
    expect(said.stderr).toBe("Client secret (it is not shown): \n");
    expect(said.stdout).toMatch(/^ey/);
    expect(raw).toEqual([true, false]);
  });
});

describe("the scope that was granted", () => {
  const giving = (scope: unknown) =>
    serve((request, response) => {
      const origin = `http://${request.headers.host}`;
      const json =
        request.url === "/token"
          ? { access_token: "a-token", token_type: "Bearer", expires_in: 60, scope }
          : { issuer: origin, token_endpoint: `${origin}/token` };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
    });

  test.each([
    ["less", "a b", "a", "The provider granted another scope: a (asked for: a b)\n"],
    ["more", "a", "a b", "The provider granted another scope: a b (asked for: a)\n"],
    ["another", "a", "b", "The provider granted another scope: b (asked for: a)\n"],
    ["none", "a", "", "The provider granted no scope (asked for: a)\n"],
    ["the same in another order", "a b", "b  a", ""],
    ["unsaid, which is the same (RFC 6749 §5.1)", "a", undefined, ""],
    [
      "what steers a terminal",
      "a",
      "\u001b[2J",
      "The provider granted another scope: \\u001b[2J (asked for: a)\n",
    ],
  ] as const)(
    "%s: the token is printed, and a difference is said beside it",
    async (_name, asked, granted, said) => {
      const args = [...at("machine", await giving(granted)), "--scope", asked];
      expect(await run(args, { env: secret })).toEqual({ status: 0, stdout: "a-token\n", stderr: said });
    },
  );

  test("of what was not asked for nothing is said", async () => {
    const ran = await run(at("machine", await giving("a b")), { env: secret });
    expect(ran).toEqual({ status: 0, stdout: "a-token\n", stderr: "" });
  });
});

describe("refused with a sentence that holds no secret", () => {
  test.each([
    [
      "a secret as an argument",
      [...at("machine"), "--client-secret", "hunter2"],
      {},
      2,
      /Put it into OIDC_CLIENT_SECRET/,
    ],
    [
      "a secret as an argument, with =",
      [...at("machine"), "--client-secret=hunter2"],
      {},
      2,
      /list of processes/,
    ],
    ["no secret, and nobody to ask", at("machine"), {}, 2, /needs the client's secret/],
    [
      "a file that is not there",
      [...at("machine"), "--client-secret-file", "/nowhere"],
      {},
      2,
      /can't be read \(ENOENT\)/,
    ],
    [
      "a wrong secret",
      at("machine"),
      { OIDC_CLIENT_SECRET: "hunter2" },
      1,
      /invalid_client.*compare the client's id and secret/,
    ],
    [
      "a scope that the client may not have",
      [...at("machine"), "--scope", "users:write"],
      secret,
      1,
      /invalid_scope.*--scope/,
    ],
    [
      "an API that nobody knows",
      [...at("machine"), "--resource", "https://api.example.org"],
      secret,
      1,
      /invalid_target.*--resource/,
    ],
    [
      "a flow that the client may not use",
      at("web"),
      { OIDC_CLIENT_SECRET: "web-secret" },
      1,
      /invalid_request \(requested grant type is not allowed/,
    ],
    ["an issuer with a slash too many", at("machine", `${idp.issuer}/`), secret, 1, /only by the slash/],
    ["an issuer out of reach", at("machine", "http://127.0.0.1:1"), secret, 2, /metadata can't be had/],
    ["http elsewhere", at("machine", "http://idp.example.org"), secret, 2, /takes an https URL/],
    ["http without the switch", at("machine").slice(0, -1), secret, 2, /--insecure-allow-loopback/],
    ["no client", ["token", "--issuer", idp.issuer], {}, 2, /--client-id is missing/],
    ["no issuer", ["token", "--client-id", "machine"], {}, 2, /--issuer is missing/],
    ["a flow that is none", [...at("machine"), "--flow", "brower"], {}, 2, /did you mean browser\?/],
    [
      "a port that is none",
      [...at("native"), "--flow", "browser", "--redirect-port", "many"],
      {},
      2,
      /0 to 65535/,
    ],
    [
      "a port that is taken",
      [...at("native"), "--flow", "browser", "--redirect-port", String(idp.port)],
      {},
      2,
      /EADDRINUSE/,
    ],
    ["an ID token that there is none of", [...at("machine"), "--id-token"], secret, 1, /--scope openid/],
  ] as const)("%s", async (_name, args, env, expected, sentence) => {
    const { status, stdout, stderr } = await run(args, { env });
    expect([status, stdout]).toEqual([expected, ""]);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/hunter2|machine-secret|web-secret/);
  });

  test("a provider that would have the secret in clear text", async () => {
    const { issuer } = await startProvider({
      metadata: (good) => ({ ...good, token_endpoint: "http://idp.example.org/token" }),
    });
    const { status, stderr } = await run(at("machine", issuer), { env: secret });
    expect(status).toBe(1);
    expect(stderr).toContain("token_endpoint is not https");
  });

  test("a provider without the flow", async () => {
    const { issuer } = await startProvider();
    const { stderr } = await run([...at("device", issuer), "--flow", "device"]);
    expect(stderr).toContain("no device_authorization_endpoint");
  });
});

describe("a curl line", () => {
  test("has no token in it, asks for none, and brings one when it is run", async () => {
    const before = idp.requests.token;
    const args = [...at("machine"), "--scope", "users:read documents:read"];
    const { status, stdout } = await run([...args, "--curl", "http://127.0.0.1:3000/it's?a=1&b=2"]);
    expect([status, idp.requests.token]).toEqual([0, before]);
    expect(stdout).toBe(
      `sallyport token --issuer ${idp.issuer} --client-id machine --scope 'users:read documents:read' --insecure-allow-loopback --header | curl --header @- 'http://127.0.0.1:3000/it'\\''s?a=1&b=2'\n`,
    );
    const header = await runBin([...args, "--header"], { env: secret });
    expect(header.stdout).toMatch(/^Authorization: Bearer ey/);
  });

  test.each([
    "http://api.example.org/orders",
    "HTTP://api.example.org/orders",
    "ftp://127.0.0.1/",
    "api.example.org",
  ])("is not written for %s, which would show the token", async (url) => {
    const { status, stdout, stderr } = await run([...at("machine"), "--curl", url]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("--curl takes the https URL to ask (http on this machine only)");
  });

  test("asks the host that was looked at, however the URL is written", async () => {
    const { stdout } = await run([...at("machine"), "--curl", "http://localhost\\@api.example.org/orders"]);
    expect(stdout).toContain("curl --header @- http://localhost/@api.example.org/orders\n");
  });

  test("begins with npx where npx was used", () => {
    expect(curlLine("https://api.example.org/", ["--issuer", "https://a.example"], true)).toMatch(
      /^npx sallyport token --issuer/,
    );
  });
});
