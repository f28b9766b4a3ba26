// A person who may come in no more, though the session lasts: the application says so by `isRevoked`. What the provider says of
// them at the next renewal is tried in login/renewal.test.ts, and at a real Keycloak.
import { Hono } from "hono";
import { expect, test } from "vitest";
import { sallyport } from "../../src/frameworks/hono.ts";
import { createMemorySessionStore } from "../../src/stores/memory.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

test.each([
  ["a sealed cookie", undefined],
  ["a store", createMemorySessionStore],
])("S21: a person who was disabled is refused at the very next request (%s)", async (_name, createStore) => {
  const idp = fakeIssuer();
  const disabled = new Set<string>();
  let down = false;
  const auth = sallyport(
    {
      ...idp.config,
      ...idp.client,
      publicUrl: "https://app.example",
      session: { secret: "c2Vzc2lvbnMgb2YgdGhlIHRlc3RzIGFyZSBzZWFsZWQgYnkgaXQ" },
    },
    {
      ...idp.deps,
      ...(createStore && { sessionStore: createStore() }),
      isRevoked: async ({ subject }) => {
        if (down) throw new Error("The database is down");
        return disabled.has(subject);
      },
    },
  );
  const app = new Hono();
  app.route("/", auth.router());
  app.get("/me", auth.required(), (c) => c.text(auth.identity(c).subject));
  const people = ["alice", "bob"];
  const headers = await Promise.all(
    people.map((subject) => idp.signIn((request) => app.fetch(request), { subject })),
  );
  const paths = ["/me", "/auth/v2/session", "/auth/v2/userinfo"];
  const statusOf = async (path: string, one: { cookie: string }) =>
    (await app.request(path, { headers: one })).status;
  /** Of each person, what each address says. */
  const answers = () =>
    Promise.all(
      headers.map(async (one) => new Set(await Promise.all(paths.map((path) => statusOf(path, one))))),
    );
  const [yes, no, unknown] = [200, 401, 503].map((status) => new Set([status]));

  expect(await answers()).toEqual([yes, yes]);
  disabled.add("alice");
  expect(await answers()).toEqual([no, yes]);
  disabled.clear();
  expect(await answers()).toEqual([yes, yes]);
  down = true;
  expect(await answers()).toEqual([unknown, unknown]);
});
