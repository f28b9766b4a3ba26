// JavaScript in a project that has nothing but our packages.
import { startDevIdp } from "@sallyport/dev-idp";
import { createVerifier, scope } from "sallyport";
import { sallyport } from "sallyport/fetch";
import { fakeIssuer } from "sallyport/testing";

const idp = fakeIssuer({ audience: "my-api" });
const verifier = createVerifier(idp.config, idp.deps);
const { subject } = await verifier.verify(await idp.token({ subject: "s1", scopes: ["read"] }));
if (subject !== "s1") throw new Error("A token of the fake issuer was not verified");

const auth = sallyport(idp.config, idp.deps);
const handler = auth.required(scope("read"), (_request, { identity }) => Response.json(identity.subject));
const ask = async (headers) => (await handler(new Request("http://localhost/", { headers }))).status;
const statuses = [
  await ask({}),
  await ask(await idp.bearer({ scopes: ["read"] })),
  await ask(await idp.bearer({ scopes: ["other"] })),
];
if (statuses.join() !== "401,200,403") throw new Error(`sallyport/fetch answered ${statuses}`);

const provider = await startDevIdp({ quiet: true });
const { issuer, audience } = provider;
const real = createVerifier({ issuer, audience, insecureAllowLoopback: true });
await real.verify(await provider.token({ person: "alice" }));
await provider.close();
