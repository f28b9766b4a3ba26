// A token in one line, for a shell, a test in another language, or a first try: `POST /control/token`.
import { describe, expect, it } from "vitest";
import { start, verified } from "./support.ts";

const ask = (
  issuer: string,
  form: Record<string, string> | string[][],
  headers: Record<string, string> = {},
) => fetch(`${issuer}/control/token`, { method: "POST", body: new URLSearchParams(form), headers });

describe("POST /control/token", () => {
  it("answers with an access token of a person, as plain text that nobody keeps", async () => {
    const idp = await start();
    const response = await ask(idp.issuer, { person: "alice" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { claims, header } = await verified(idp, await response.text());
    expect(header.typ).toBe("at+jwt");
    expect(claims).toMatchObject({
      sub: "alice",
      aud: "my-api",
      client_id: "web",
      roles: ["Admin"],
      scope: "openid profile email users:read users:write documents:read documents:write",
    });
  });

  it("answers with the machine's own where no person is named", async () => {
    const idp = await start();
    const { claims } = await verified(idp, await (await ask(idp.issuer, {})).text());
    expect(claims).toMatchObject({
      sub: "machine",
      client_id: "machine",
      roles: ["Service"],
      scope: "users:read documents:read documents:write",
      permissions: ["users:read", "documents:read", "documents:write"],
    });
  });

  it("takes client, scope and audience as token() does", async () => {
    const idp = await start();
    const form = { person: "carol", client: "spa", scope: "documents:read", audience: "other" };
    const { claims } = await verified(idp, await (await ask(idp.issuer, form)).text(), "other");
    expect(claims).toMatchObject({ sub: "carol", client_id: "spa", scope: "documents:read", aud: "other" });
  });

  it("signs with the key of the moment, while the provider fails as well", async () => {
    const idp = await start();
    idp.rotateKeys({ keepOld: false });
    idp.fail("500", { path: "discovery" });
    await verified(idp, await (await ask(idp.issuer, { person: "bob" })).text());
  });

  it.each<[Record<string, string> | string[][], string]>([
    [{ person: "dave" }, 'token({ person }) takes one of alice, bob, carol; there is no "dave"'],
    [{ client: "web" }, "token({ client }) takes one of the clients of the type machine: machine"],
    [
      { user: "alice" },
      '/control/token has no field "user"; it takes person, client, scope, audience, format',
    ],
    [
      [
        ["person", "alice"],
        ["person", "bob"],
      ],
      '/control/token takes the field "person" once',
    ],
    [{ audience: "" }, "token({ audience }) must not be empty"],
  ])("refuses %j by a sentence", async (form, sentence) => {
    const idp = await start();
    const response = await ask(idp.issuer, form);
    expect([response.status, await response.text()]).toEqual([400, sentence]);
  });

  it("is for this machine's own programs: no page elsewhere, no other name, no link", async () => {
    const idp = await start();
    expect((await ask(idp.issuer, { person: "alice" }, { origin: "https://evil.example" })).status).toBe(403);
    expect((await ask(idp.issuer, { person: "alice" }, { origin: "null" })).status).toBe(403);
    expect((await fetch(`${idp.issuer}/control/token?person=alice`)).status).toBe(405);
    const missing = await fetch(`${idp.issuer}/control/tokens`, { method: "POST" });
    expect([missing.status, await missing.text()]).toEqual([
      404,
      "There are /control/token, /control/fail and /control/rotate.",
    ]);
  });
});
