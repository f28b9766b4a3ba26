// Two providers, each with a callback of its own below the router's: each framework's own router has to know both paths.
import { describe, expect, test } from "vitest";
import { startScriptedProvider } from "../support/scripted-login-provider.ts";
import { frameworks } from "./session-servers.ts";

const publicUrl = "https://app.example";
const secret = "Zk3vT9wQeLr2Xc5Nm1Hy6Gf4Ds0PaUiOq7Rt2Wk9Bj";

const pairsOf = (lines: readonly string[]) =>
  lines.map((line) => line.split(";")[0] ?? "").filter((pair) => !pair.endsWith("="));

describe.each(frameworks)("%s", (_framework, make) => {
  test("people sign in at either provider, by the address that it knows", async () => {
    const providers = [
      await startScriptedProvider({ now: Date.now }),
      await startScriptedProvider({ now: Date.now }),
    ];
    const issuers = providers.map(({ issuer }, index) => ({
      issuer,
      clientId: "web",
      clientSecret: "s",
      insecureAllowLoopback: true,
      login: { redirectUri: `${publicUrl}/auth/v2/callback/${index}` },
    }));
    const server = await make({
      options: { issuers, publicUrl, session: { secret } },
      deps: { audit: [] },
      routes: [{ path: "/me", access: "required" }],
      mount: "",
    });
    const send = async (path: string, cookies: readonly string[] = []) => {
      const headers = { cookie: cookies.join("; ") };
      const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers, redirect: "manual" });
      await answer.body?.cancel();
      const location = answer.headers.get("location") ?? "";
      return { status: answer.status, location, set: answer.headers.getSetCookie() };
    };
    for (const [index, provider] of providers.entries()) {
      const login = `/auth/v2/login?issuer=${encodeURIComponent(provider.issuer)}&return_to=/me`;
      const started = await send(login);
      expect(new URL(started.location).searchParams.get("redirect_uri")).toBe(
        issuers[index]?.login.redirectUri,
      );
      const { location = "" } = await provider.visit(started.location);
      const { pathname, search } = new URL(location);
      expect(pathname).toBe(`/auth/v2/callback/${index}`);
      const back = await send(pathname + search, pairsOf(started.set));
      expect([back.status, back.location]).toEqual([303, "/me"]);
      const me = await send("/me", pairsOf(back.set));
      expect(me.status).toBe(200);
      // An answer that is good where it belongs, at the other's address.
      const again = await send(login);
      const answer = new URL((await provider.visit(again.location)).location ?? "");
      const other = await send(`/auth/v2/callback/${1 - index}${answer.search}`, pairsOf(again.set));
      expect(other.status).toBe(400);
    }
    await server.close();
  });
});
