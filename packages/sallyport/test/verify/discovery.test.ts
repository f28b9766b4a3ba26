// Discovery that fails says what was asked, what came, and what to compare; and a provider known by two names works.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AuthError, createVerifier, type VerifierDeps, type VerifierOptions } from "../../src/index.ts";
import {
  type Handler,
  type KeyServer,
  keysPath,
  metadataPath,
  startKeyServer,
} from "../support/key-server.ts";
import { createKit } from "../support/kit.ts";

const kit = createKit();
const now = () => kit.nowSeconds * 1000;
let server: KeyServer;
beforeEach(async () => {
  server = await startKeyServer(kit.jwks.keys);
});
afterEach(() => server.close());

/** What `ready()` rejects with; the same must be in `health()`. */
async function failureOf(options: VerifierOptions = {}, deps: VerifierDeps = {}): Promise<string> {
  const verifier = createVerifier(
    { issuer: server.issuer, audience: kit.audience, insecureAllowLoopback: true, ...options },
    { now, ...deps },
  );
  const error = await verifier.ready().catch((thrown: unknown) => thrown);
  if (!(error instanceof AuthError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.code).toBe("discovery_failed");
  expect(error.description).toBe("The access token cannot be checked at the moment");
  const reason = error.message.replace(/^The issuer's keys cannot be had: /, "");
  expect(verifier.health().issuers[0]?.lastError?.message).toBe(reason);
  return reason;
}
const asked = (address = `${server.issuer}${metadataPath}`) =>
  `The metadata document cannot be had (asked: ${address}): `;
const answer =
  (status: number, headers = {}, body = ""): Handler =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);
const redirect =
  ", a redirect, which is not followed: configure the final URL (look for http, a host's other name, a slash)";

describe("a document that does not come", () => {
  test.each([301, 302, 303, 307, 308])(
    "status %i: a redirect is not followed, and called one",
    async (status) => {
      server.handlers.set(metadataPath, answer(status, { location: `${server.issuer}/elsewhere` }));
      expect(await failureOf()).toBe(`${asked()}The answer was ${status}, not 200${redirect}`);
      expect(server.requests).toEqual([metadataPath]);
    },
  );
  test.each<[string, () => Response]>([
    [
      "that a fetch of one's own followed",
      () => Object.defineProperty(Response.json({}), "redirected", { value: true }),
    ],
    ["that the runtime does not show", () => Response.error()],
  ])("a redirect %s", async (_name, response) => {
    expect(await failureOf({}, { fetch: async () => response() })).toMatch(
      /The answer was (200|0), not 200, a redirect/,
    );
  });
  test("not found: the option that led there is to be compared", async () => {
    const advice = (option: string) =>
      `The answer was 404, not 200: compare \`${option}\` with the provider's own (the realm, the tenant, what stands before it in the path)`;
    const issuer = `${server.issuer}/realms/x`;
    expect(await failureOf({ issuer })).toBe(asked(`${issuer}${metadataPath}`) + advice("issuer"));
    const discoveryUrl = `${server.issuer}/nowhere`;
    expect(await failureOf({ discoveryUrl })).toBe(asked(discoveryUrl) + advice("discoveryUrl"));
  });
  test("a page for people", async () => {
    server.handlers.set(metadataPath, answer(200, { "content-type": "text/html" }, "<!doctype html>Sign in"));
    expect(await failureOf()).toBe(
      `${asked()}The answer is not JSON, but perhaps a page for people: compare \`issuer\` with the provider's own`,
    );
  });
  test("a provider that fails is only said to", async () => {
    server.handlers.set(metadataPath, answer(503));
    expect(await failureOf()).toBe(`${asked()}The answer was 503, not 200`);
    server.handlers.set(metadataPath, answer(200, {}, "[]"));
    expect(await failureOf()).toBe(`${asked()}The answer is not a JSON object`);
  });
  test("nobody there, on this machine: in a container that is another machine than one thinks", async () => {
    await server.close();
    expect(await failureOf()).toBe(
      `${asked()}The request failed before an answer came (ECONNREFUSED): is the provider running there? Within a container, this address is the container itself`,
    );
    const refused = Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" });
    const fetch = () => Promise.reject(refused);
    expect(await failureOf({ issuer: "https://idp.example" }, { fetch })).toBe(
      `${asked("https://idp.example/.well-known/openid-configuration")}The request failed before an answer came (ECONNREFUSED)`,
    );
    const other = Object.assign(new TypeError("fetch failed"), { code: "CERT_HAS_EXPIRED" });
    expect(await failureOf({}, { fetch: () => Promise.reject(other) })).toMatch(/\(CERT_HAS_EXPIRED\)$/);
  });
  test("a query of the address is not repeated: it may hold a key", async () => {
    const message = await failureOf({ discoveryUrl: `${server.issuer}/m?code=s3cret#x` });
    expect(message).toContain(`(asked: ${server.issuer}/m?…)`);
    expect(message).not.toContain("s3cret");
  });
});

describe("a document that will not do", () => {
  const at = () => ` (asked: ${server.issuer}${metadataPath})`;
  test("another spelling of the issuer", async () => {
    server.metadata = { issuer: `${server.issuer}/` };
    expect(await failureOf()).toBe(
      `The metadata document's issuer is not the configured issuer: it differs only by the slash at its end (there, and not configured)${at()}`,
    );
    server.metadata = { issuer: server.issuer.replace("127.0.0.1", "localhost") };
    expect(await failureOf()).toMatch(/differs only by the name of this machine/);
    server.metadata = { issuer: `${server.issuer}/realms/s3cret` };
    const message = await failureOf();
    expect(message).toMatch(/the same host, but another path: compare the realm or the tenant/);
    expect(message).not.toContain("s3cret");
  });
  test("no issuer, or one that is no text", async () => {
    server.metadata = { issuer: undefined };
    expect(await failureOf()).toBe(`The metadata document has no issuer${at()}`);
    server.metadata = { issuer: 7 };
    expect(await failureOf()).toBe(`The metadata document's issuer is not a text${at()}`);
  });
  test.each<[unknown, string]>([
    [undefined, "The metadata document has no jwks_uri"],
    ["/keys", "The metadata document has no jwks_uri"],
    ["https://u@a.example/", "The metadata document's jwks_uri has a user or a password"],
    ["https://:p@a.example/", "The metadata document's jwks_uri has a user or a password"],
    [
      "http://a.example/",
      "The metadata document's jwks_uri is not https: tell the provider its public URL, or set `jwksUri`",
    ],
    [
      "https://10.0.0.1/",
      "The metadata document's jwks_uri is a private address: where that is meant, set `jwksUri`",
    ],
  ])("jwks_uri %j", async (uri, sentence) => {
    server.metadata = { jwks_uri: uri };
    expect(await failureOf()).toBe(sentence + at());
  });
});

describe("in containers: callers know the provider by one name, this API by another", () => {
  const publicName = "https://sso.example.com/realms/demo";
  const token = kit.token({
    header: { typ: "JWT" },
    claims: { iss: publicName, typ: "Bearer", azp: "web", client_id: undefined },
  });
  const make = (options: VerifierOptions) =>
    createVerifier({ issuer: publicName, audience: kit.audience, ...options }, { now });

  test("discoveryUrl is asked under its own name, and its issuer must be the public one", async () => {
    server.metadata = { issuer: publicName };
    const discoveryUrl = `${server.issuer}${metadataPath}`;
    const verifier = make({ discoveryUrl, insecureAllowLoopback: true });
    expect((await verifier.verify(token)).issuer).toBe(publicName);
    expect(server.requests).toEqual([metadataPath, keysPath]);
    server.metadata = {};
    await expect(make({ discoveryUrl, insecureAllowLoopback: true }).ready()).rejects.toThrow(
      "The metadata document's issuer is not the configured issuer",
    );
  });
  test("jwksUri alone is asked, and nothing else", async () => {
    const verifier = make({ jwksUri: `${server.issuer}${keysPath}`, insecureAllowLoopback: true });
    expect((await verifier.verify(token)).issuer).toBe(publicName);
    expect(server.requests).toEqual([keysPath]);
  });
  test.each(["discoveryUrl", "jwksUri", "issuer"])(
    "%s takes no http of another machine, loopback allowed or not",
    (option) => {
      for (const insecureAllowLoopback of [true, false]) {
        const given = { [option]: "http://keycloak:8080/realms/demo", insecureAllowLoopback };
        expect(() => make(given)).toThrow(`\`${option}\` takes an https URL; http only for loopback`);
      }
    },
  );
});
