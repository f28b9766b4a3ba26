import { Hono } from "hono";
import { sallyport } from "sallyport/hono";
import { fakeIssuer } from "sallyport/testing";
import { expect, test } from "vitest";

test("readers see their orders, until they are signed out", async () => {
  const idp = fakeIssuer();
  const session = { secret: "0zKx9qYl3JmVb7RtWc5NfEaH2uPdGsT8iQoXy1Lw4Zk" };
  const auth = sallyport(
    { ...idp.config, ...idp.client, publicUrl: "https://app.example", session },
    idp.deps,
  );
  const app = new Hono();
  app.route("/", auth.router());
  app.get("/orders", auth.required({ roles: ["Reader"] }), (c) => c.text(c.var.identity.subject));

  const headers = await idp.signIn((request) => app.fetch(request), { subject: "s1", roles: ["Reader"] });
  expect(await (await app.request("/orders", { headers })).text()).toBe("s1");

  idp.clock.advance({ hours: 24 });
  expect((await app.request("/orders", { headers })).status).toBe(401);
});
