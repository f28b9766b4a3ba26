// What a client does with challenge and document, by two implementations that are not ours: oauth4webapi, and MCP's SDK.
import {
  discoverOAuthProtectedResourceMetadata,
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
  selectResourceURL,
} from "@modelcontextprotocol/sdk/client/auth.js";
import { customFetch, processResourceDiscoveryResponse, resourceDiscoveryRequest } from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scope } from "../../src/index.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import type { TestServer } from "../support/run-http-cases.ts";
import { applications, type Resource } from "./servers.ts";

const host = "https://api.example.org";
const idp = fakeIssuer({ audience: `${host}/orders` });
const resource = (name: string, identifier = `${host}/${name}`): Resource => ({
  options: { ...idp.config, audience: identifier, resource: identifier },
  deps: idp.deps,
  path: `/${name}/list`,
  needed: scope(`${name}:read`),
});
/** Its identifier is not where its callers find it: a mistake in the configuration, or somebody else's document. */
const misnamed = resource("tools", "https://other.example/tools");

describe.each(applications)("a client of an application on %s", (_name, make) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await make([resource("orders"), misnamed]);
  });
  afterAll(() => server?.close());

  /** The network: whatever the host, one proxy with a certificate for it leads to the application. */
  const network = (url: string | URL, init?: RequestInit) => {
    const { pathname, search } = new URL(url);
    return fetch(`http://127.0.0.1:${server.port}${pathname}${search}`, init);
  };
  const discover = (identifier: string) =>
    resourceDiscoveryRequest(new URL(identifier), {
      [customFetch]: (url, { method, headers }) => network(url, { method, headers }),
    });

  test("from the identifier to the document, by oauth4webapi", async () => {
    const identifier = new URL(`${host}/orders`);
    const metadata = await processResourceDiscoveryResponse(identifier, await discover(identifier.href));
    expect(metadata).toEqual({
      resource: `${host}/orders`,
      authorization_servers: [idp.issuer],
      bearer_methods_supported: ["header"],
    });
  });

  test("from the 401 to the document to a token, by MCP's SDK", async () => {
    const url = `${host}/orders/list`;
    const { resourceMetadataUrl = "", scope: wanted } = extractWWWAuthenticateParams(await network(url));
    expect(wanted).toBe("orders:read");
    const metadata = await discoverOAuthProtectedResourceMetadata(url, { resourceMetadataUrl }, network);
    const audience = await selectResourceURL(url, {} as OAuthClientProvider, metadata);
    expect([audience?.href, metadata.authorization_servers]).toEqual([`${host}/orders`, [idp.issuer]]);
    const headers = await idp.bearer({ audience: audience?.href ?? "", scopes: [wanted ?? ""] });
    expect((await network(url, { headers })).status).toBe(200);
  });

  test("from the well-known path alone, by MCP's SDK", async () => {
    const metadata = await discoverOAuthProtectedResourceMetadata(`${host}/orders`, {}, network);
    expect(metadata.resource).toBe(`${host}/orders`);
  });

  test("a lacking scope is told in a form that the SDK reads", async () => {
    const headers = await idp.bearer({ scopes: ["profile"] });
    const refused = extractWWWAuthenticateParams(await network(`${host}/orders/list`, { headers }));
    expect(refused).toMatchObject({ error: "insufficient_scope", scope: "orders:read" });
    expect(refused.resourceMetadataUrl?.href).toBe(`${host}/.well-known/oauth-protected-resource/orders`);
  });

  test("a document of another resource is noticed (RFC 9728 §3.3)", async () => {
    const asked = `${host}/tools`;
    const mismatch = { code: "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED" };
    await expect(
      discover(asked).then((answer) => processResourceDiscoveryResponse(new URL(asked), answer)),
    ).rejects.toMatchObject(mismatch);
    const url = `${host}/tools/list`;
    const { resourceMetadataUrl = "" } = extractWWWAuthenticateParams(await network(url));
    const metadata = await discoverOAuthProtectedResourceMetadata(url, { resourceMetadataUrl }, network);
    await expect(selectResourceURL(url, {} as OAuthClientProvider, metadata)).rejects.toThrow(
      "does not match",
    );
  });

  test("an identifier with a slash more is another resource", async () => {
    const other = new URL(`${host}/orders/`);
    const answer = await discover(other.href);
    expect(answer.status).toBe(404);
    await expect(processResourceDiscoveryResponse(other, answer)).rejects.toThrow("status code");
  });
});
