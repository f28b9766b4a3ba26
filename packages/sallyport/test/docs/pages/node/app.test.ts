import type { AddressInfo } from "node:net";
import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";
import { build } from "./app.ts";

test("readers may not see the users", async () => {
  const idp = fakeIssuer({ audience: "my-api" });
  const server = build(idp.config, idp.deps);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = await idp.bearer({ subject: "s1", roles: ["Reader"] });

  expect(await (await fetch(`${base}/me`, { headers })).text()).toBe("s1");
  expect((await fetch(`${base}/users`, { headers })).status).toBe(403);
  expect((await fetch(`${base}/me`)).status).toBe(401);
  server.closeAllConnections();
  server.close();
});
