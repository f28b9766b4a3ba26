// What metrics and traces see of questions about tokens.
import { expect, test } from "vitest";
import { createCore } from "../../src/sallyport.ts";
import { fakeIssuer } from "../../src/testing/index.ts";
import { promClient, told } from "../telemetry/clients.ts";

test("a question is a request to the provider; one without an answer has failed, though a known token goes on", async () => {
  const client = promClient();
  const idp = fakeIssuer();
  const core = createCore(
    { ...idp.config, introspection: { ...idp.introspection, tokens: "all" } },
    { ...idp.deps, audit: [], telemetry: client.telemetry },
  );
  const token = idp.opaqueToken();
  await core.verifier.verify(token);
  await core.verifier.verify(token);
  idp.clock.advance({ seconds: 60 });
  idp.fail("down");
  await core.verifier.verify(token);
  const at = `issuer="${idp.issuer}"`;
  const found = await told(client);
  expect(found).toMatchObject({
    [`sallyport_introspections_total{code="none",${at},outcome="ok"}`]: 1,
    [`sallyport_introspections_total{code="introspection_failed",${at},outcome="failed"}`]: 2,
    [`sallyport_provider_request_seconds_count{${at},outcome="ok",request="introspection"}`]: 1,
    [`sallyport_security_events_total{${at},name="introspection_failed"}`]: 1,
  });
  expect(JSON.stringify(found)).not.toContain(token);
  await core.close();
});
