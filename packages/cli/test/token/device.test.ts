// `sallyport token --flow device`: a person confirms a code; pauses are kept.
import { expect, test } from "vitest";
import { Browser } from "../../../dev-idp/test/support.ts";
import { run } from "../support/run.ts";
import { serve } from "../support/scripted-provider.ts";
import { provider, runWith } from "./support.ts";

const { idp, at, verify } = await provider();
const args = [...at("device"), "--flow", "device", "--scope", "openid documents:read"];

test("a person confirms the code that is shown", async () => {
  const ran = await runWith(args, /enter the code (\S+)/, async (code) => {
    const browser = new Browser();
    const confirm = await browser.submit(await browser.go(`${idp.issuer}/device`), { user_code: code });
    await browser.submit(await browser.submit(confirm), { person: "bob" });
  });
  expect(ran.status).toBe(0);
  expect(ran.stderr).toContain(`Open ${idp.issuer}/device and enter`);
  expect(await verify(ran.stdout)).toMatchObject({ subject: "bob", clientId: "device" });
});

test("the person says no", async () => {
  const ran = await runWith(args, /enter the code (\S+)/, async (code) => {
    const browser = new Browser();
    const confirm = await browser.submit(await browser.go(`${idp.issuer}/device`), { user_code: code });
    await browser.submit(confirm, { abort: "yes" });
  });
  expect(ran).toMatchObject({ status: 1, stdout: "" });
  expect(ran.stderr).toMatch(/access_denied.*said no/);
});

test("it goes on while the answer is pending, slows down when told, and ends with the code", async () => {
  const answers = ["authorization_pending", "slow_down", "expired_token"];
  const asked: URLSearchParams[] = [];
  const origin: string = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const json = (status: number, body: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (request.url === "/token") {
        asked.push(new URLSearchParams(Buffer.concat(chunks).toString()));
        return json(400, { error: answers[asked.length - 1] });
      }
      if (request.url === "/device") {
        return json(200, {
          device_code: "d-1",
          user_code: "ABCD\u001b[2J",
          verification_uri: `${origin}/enter`,
          expires_in: 60,
          interval: 1,
        });
      }
      return json(200, {
        issuer: origin,
        token_endpoint: `${origin}/token`,
        device_authorization_endpoint: `${origin}/device`,
      });
    });
  });
  const ran = await run([...at("tv", origin), "--flow", "device"]);
  expect(asked.map((form) => form.get("device_code"))).toEqual(["d-1", "d-1", "d-1"]);
  expect(asked[0]?.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:device_code");
  expect(ran).toMatchObject({ status: 1, stdout: "" });
  expect(ran.stderr).toMatch(/expired_token.*start again/);
  expect(ran.stderr).not.toContain("\u001b[2J");
});
