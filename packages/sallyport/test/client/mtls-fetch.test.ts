// What createMtlsFetch takes; what it does with it is shown over real TLS in sender/mtls.test.ts.
import { expect, test } from "vitest";
import { createMtlsFetch } from "../../src/client/mtls-fetch.ts";

const cert = "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n";
const key = "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n";
const own = { cert, key, accessToken: "t" };

test.each([
  ["nothing", undefined, "createMtlsFetch takes one object: { cert, key, ca, accessToken }"],
  [
    "a path",
    { ...own, cert: "./client.crt" },
    "`cert` takes the text of a PEM file (-----BEGIN CERTIFICATE-----), not its path",
  ],
  ["the key as the certificate", { ...own, cert: key }, "`cert` takes the text of a PEM file"],
  ["no key", { ...own, key: undefined }, "`key` takes the text of a PEM file (-----BEGIN PRIVATE KEY-----)"],
  ["an authority that is none", { ...own, ca: [cert, 7] }, "`ca` takes certificates in PEM"],
  ["no token", { ...own, accessToken: "" }, "`accessToken` takes a token, or a function that brings one"],
  ["a promise", { ...own, accessToken: Promise.resolve("t") }, "this is a promise: await it first"],
  ["an unknown option", { ...own, certificate: cert }, "createMtlsFetch has no option `certificate`"],
])("createMtlsFetch refuses %s", (_name, given, sentence) => {
  expect(() => createMtlsFetch(given as never)).toThrow(TypeError);
  expect(() => createMtlsFetch(given as never)).toThrow(sentence);
});

test("createMtlsFetch refuses a URL that is not https", async () => {
  await expect(createMtlsFetch(own)("http://127.0.0.1:1/")).rejects.toThrow(/takes https URLs only/);
});
