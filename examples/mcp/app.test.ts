// MCP's own client: it knows the server's address and its own secret, and finds everything else.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { startDevIdp } from "@sallyport/dev-idp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "./app.ts";

let fetchApp: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
const server = createServer(getRequestListener((request) => fetchApp(request)));
let idp: Awaited<ReturnType<typeof startDevIdp>>;
let publicUrl: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  idp = await startDevIdp({ audience: "another-api", otherAudiences: [publicUrl], algorithm: "ES256" });
  fetchApp = buildApp({ issuer: idp.issuer, publicUrl, insecureAllowLoopback: true }).fetch;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await idp.close();
});

test("the client of MCP's SDK is refused, finds the issuer, gets a token for this server and calls a tool", async () => {
  const authProvider = new ClientCredentialsProvider({
    clientId: "machine",
    clientSecret: "machine-secret",
    expectedIssuer: idp.issuer,
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(new StreamableHTTPClientTransport(new URL(publicUrl), { authProvider }));
  const { content } = await client.callTool({ name: "whoami" });
  expect(content).toEqual([{ type: "text", text: "service machine" }]);
  await client.close();
});

const post = (headers: Record<string, string>, url = publicUrl) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: "{}" });

test("M03: a token for another audience is refused; M04: so is one in the query", async () => {
  const other = await idp.token();
  expect((await post({ authorization: `Bearer ${other}` })).status).toBe(401);
  const good = await idp.token({ audience: publicUrl });
  expect((await post({}, `${publicUrl}?access_token=${good}`)).status).toBe(401);
});

test("M05: a token without the scope is told which one, and where to ask", async () => {
  const narrow = await idp.token({ audience: publicUrl, scope: "users:read" });
  const refused = await post({ authorization: `Bearer ${narrow}` });
  expect(refused.status).toBe(403);
  const wellKnown = publicUrl.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
  expect(refused.headers.get("www-authenticate")).toMatch(
    /error="insufficient_scope".*scope="documents:read"/,
  );
  expect(refused.headers.get("www-authenticate")).toContain(`resource_metadata="${wellKnown}"`);
});
