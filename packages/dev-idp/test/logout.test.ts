import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { seededClients } from "../src/index.ts";
import { authorizeUrl, type Browser, closeLater, pkce, post, signIn, start, verified } from "./support.ts";

/** A client's own server, which keeps the logout tokens it is sent. */
async function relyingParty(status = 200) {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push(Buffer.concat(chunks).toString());
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closeLater({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  return { received, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/backchannel` };
}

function clientsTold(uri: string) {
  return seededClients.map((client) =>
    client.id === "web" ? { ...client, backchannelLogoutUri: uri } : client,
  );
}

async function signOut(browser: Browser, issuer: string, query: Record<string, string>) {
  const page = await browser.go(`${issuer}/logout?${new URLSearchParams(query)}`);
  return { page, done: await browser.submit(page, { logout: "yes" }) };
}

describe("signing out", () => {
  it("asks, ends the session and what hangs on it, and goes back to the application", async () => {
    const idp = await start();
    const { browser, body } = await signIn(idp);
    const { page, done } = await signOut(browser, idp.issuer, {
      id_token_hint: String(body.id_token),
      post_logout_redirect_uri: "http://localhost:3000/bye",
      state: "s",
    });
    expect(page.text).toContain("Sign out?");
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' http://localhost:3000");
    expect(done.url).toBe("http://localhost:3000/bye?state=s");

    const again = await browser.go(authorizeUrl(idp, {}, pkce().challenge));
    expect(again.text).toContain("Alice Admin");
    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", refresh)).body.error).toBe("invalid_grant");
  });

  it("leaves a refresh token that was granted offline_access", async () => {
    const idp = await start();
    const { browser, body } = await signIn(idp, {
      scope: "openid offline_access",
      params: { prompt: "consent" },
    });
    await signOut(browser, idp.issuer, {});
    const refresh = { grant_type: "refresh_token", refresh_token: String(body.refresh_token) };
    expect((await post(`${idp.issuer}/token`, "web", refresh)).status).toBe(200);
  });

  it("shows a page of its own where no application is named", async () => {
    const idp = await start();
    const { browser } = await signIn(idp);
    expect((await signOut(browser, idp.issuer, {})).done.text).toContain("You are signed out");
  });

  it("refuses to go where the client has not said", async () => {
    const idp = await start();
    const { browser, body } = await signIn(idp);
    const query = { id_token_hint: String(body.id_token), post_logout_redirect_uri: "https://evil.example/" };
    const page = await browser.go(`${idp.issuer}/logout?${new URLSearchParams(query)}`);
    expect(page.status).toBe(400);
    expect(page.url).toContain(idp.issuer);
  });
});

describe("back-channel logout", () => {
  it("posts a logout token to the client, for the session that ended", async () => {
    const { received, uri } = await relyingParty();
    const idp = await start({ clients: clientsTold(uri) });
    const { browser, body } = await signIn(idp);
    const { sid } = (await verified(idp, body.id_token, "web")).claims;
    expect(sid).toEqual(expect.any(String));
    await signOut(browser, idp.issuer, {});

    expect(received).toHaveLength(1);
    const { claims, header } = await verified(
      idp,
      new URLSearchParams(received[0]).get("logout_token"),
      "web",
    );
    expect(header.typ).toBe("logout+jwt");
    expect(claims).toMatchObject({
      sub: "alice",
      sid,
      jti: expect.any(String),
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    expect(claims).not.toHaveProperty("nonce");
  });

  it("signs the person out even where the client answers with an error", async () => {
    const { received, uri } = await relyingParty(500);
    const idp = await start({ clients: clientsTold(uri) });
    const { browser } = await signIn(idp);
    expect((await signOut(browser, idp.issuer, {})).done.text).toContain("You are signed out");
    expect(received).toHaveLength(1);
  });

  it("that fails is told on stderr, unless the provider is to be quiet", async () => {
    const { uri } = await relyingParty(500);
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      for (const quiet of [true, false]) {
        const idp = await start({ clients: clientsTold(uri), quiet });
        const { browser } = await signIn(idp);
        await signOut(browser, idp.issuer, {});
      }
      const lines = write.mock.calls.map(([line]) => String(line));
      expect(lines).toEqual([
        expect.stringContaining(
          'dev-idp: The back-channel logout of the client "web" failed: expected 200 OK',
        ),
      ]);
    } finally {
      write.mockRestore();
    }
  });
});
