import { describe, expect, it } from "vitest";
import { authorizeUrl, Browser, pkce, post, redirectUri, signIn, start, verified } from "./support.ts";

describe("a single-page application", () => {
  it("may read its tokens from its own origin, and no other page may", async () => {
    const idp = await start();
    const origin = "http://localhost:5173";
    const { headers, status } = await signIn(idp, {
      client: "spa",
      redirectUri: `${origin}/callback`,
      tokenHeaders: { origin },
    });
    expect(status).toBe(200);
    expect(headers.get("access-control-allow-origin")).toBe(origin);

    const evil = { grant_type: "refresh_token", refresh_token: "x" };
    const refused = await post(`${idp.issuer}/token`, "spa", evil, { origin: "https://evil.example" });
    expect(refused.status).toBe(400);
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("may read discovery and keys from anywhere, and ask before it posts", async () => {
    const idp = await start();
    const headers = { origin: "http://localhost:5173" };
    for (const path of ["/.well-known/openid-configuration", "/jwks"]) {
      const response = await fetch(idp.issuer + path, { headers });
      expect(response.headers.get("access-control-allow-origin")).toBe(headers.origin);
    }
    const preflight = await fetch(`${idp.issuer}/token`, {
      method: "OPTIONS",
      headers: {
        ...headers,
        "access-control-request-method": "POST",
        "access-control-request-headers": "dpop",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toBe("dpop");
  });

  it("gets no tokens with another client's secretless code", async () => {
    const idp = await start();
    const { exchange } = await signIn(idp, { client: "spa" });
    expect((await post(`${idp.issuer}/token`, "native", exchange)).body.error).toBe("invalid_grant");
  });
});

describe("a client that is not first-party", () => {
  const clients = [
    {
      id: "partner",
      type: "spa",
      name: "Partner & <Sons>",
      redirectUris: [redirectUri],
      firstParty: false,
    },
  ] as const;

  it("is allowed by the person first", async () => {
    const idp = await start({ clients });
    const browser = new Browser();
    const asked = { client: "partner", scope: "openid documents:read users:write" };
    const { verifier, challenge } = pkce();
    const page = await browser.submit(await browser.go(authorizeUrl(idp, asked, challenge)), {
      person: "carol",
    });
    expect(page.text).toContain("Allow Partner &amp; &lt;Sons&gt;?");
    expect(page.text).toContain("documents:read");
    const back = await browser.submit(page, { consent: "yes" });
    const code = String(new URL(back.url).searchParams.get("code"));
    const exchange = {
      grant_type: "authorization_code",
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    };
    const { body } = await post(`${idp.issuer}/token`, "partner", exchange);
    expect((await verified(idp, body.access_token)).claims.scope).toBe("openid documents:read");
  });

  it("goes back with access_denied when the person refuses", async () => {
    const idp = await start({ clients });
    const browser = new Browser();
    const first = await browser.go(authorizeUrl(idp, { client: "partner" }, pkce().challenge));
    const consent = await browser.submit(first, { person: "carol" });
    const back = await browser.submit(consent, { cancel: "yes" });
    expect(new URL(back.url).searchParams.get("error")).toBe("access_denied");
  });
});
