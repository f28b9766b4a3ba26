// `sallyport token --flow browser`: the browser comes back to loopback, or somebody else does.
import { connect } from "node:net";
import { expect, test } from "vitest";
import { Browser } from "../../../dev-idp/test/support.ts";
import { provider, runWith } from "./support.ts";

const { at, verify } = await provider();
const args = [...at("native"), "--flow", "browser", "--no-open", "--scope", "openid documents:read"];
const shown = /Sign in at (\S+)\n/;

/** Signs in as a person, and returns the address that the provider sends the browser back to. */
async function signIn(address: string): Promise<URL> {
  const browser = new Browser();
  const page = await browser.submit(await browser.go(address), { person: "alice" });
  return new URL(page.url);
}

test("a person signs in, by PKCE and a loopback redirect; whoever else comes by changes nothing", async () => {
  const answers: number[] = [];
  const ran = await runWith(args, shown, async (address) => {
    const asked = new URL(address).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("nonce")).toMatch(/^[\w-]{43}$/);
    expect(asked.get("redirect_uri")).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const back = await signIn(address);
    const strange = new URL(back);
    strange.searchParams.set("state", "another");
    for (const url of [new URL("/", back), strange, back]) answers.push((await fetch(url)).status);
  });
  expect(answers).toEqual([404, 400, 200]);
  expect(ran.status).toBe(0);
  expect(await verify(ran.stdout)).toMatchObject({ subject: "alice", clientId: "native" });
});

/** Sends a request whose target no client would write, and returns the first line of the answer. */
function rawRequest(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.on("close", () => resolve(text.split("\r\n")[0] ?? ""));
    socket.on("error", reject);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  });
}

test("a request whose target is no URL is answered, and the sign-in goes on", async () => {
  const answers: string[] = [];
  const ran = await runWith(args, shown, async (address) => {
    const port = Number(new URL(new URL(address).searchParams.get("redirect_uri") ?? "").port);
    for (const target of ["//[", "http://[", "//a:99999/callback"])
      answers.push(await rawRequest(port, target));
    await fetch(await signIn(address));
  });
  expect(answers).toEqual(Array(3).fill("HTTP/1.1 404 Not Found"));
  expect(ran.status).toBe(0);
});

test("the ID token, where it is asked for", async () => {
  const ran = await runWith([...args, "--id-token"], shown, async (address) => {
    await fetch(await signIn(address));
  });
  const claims = JSON.parse(Buffer.from(ran.stdout.split(".")[1] ?? "", "base64url").toString());
  expect(claims).toMatchObject({ sub: "alice", aud: "native" });
});

test.each([
  ["the person says no", (back: URL) => back.searchParams.set("error", "access_denied"), 1, /access_denied/],
  [
    "the answer is another provider's (RFC 9207)",
    (back: URL) => back.searchParams.set("iss", "https://evil.example"),
    1,
    /unexpected "iss"/,
  ],
  [
    "the code is another",
    (back: URL) => back.searchParams.set("code", "stolen"),
    1,
    /invalid_grant.*start again/,
  ],
] as const)("%s", async (_name, change, expected, sentence) => {
  let answer = 0;
  const ran = await runWith(args, shown, async (address) => {
    const back = await signIn(address);
    change(back);
    answer = (await fetch(back)).status;
  });
  expect(answer).toBe(400);
  expect(ran).toMatchObject({ status: expected, stdout: "" });
  expect(ran.stderr).toMatch(sentence);
});
