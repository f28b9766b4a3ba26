import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevIdpOptions, startDevIdp } from "../src/index.ts";
import { post, start, verified } from "./support.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dev-idp-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: unknown, name = "people.json"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const dora = { username: "dora", password: "pw", name: "Dora", email: "dora@example.test" };
const job = { id: "job", type: "machine", name: "Job", secret: "s" };

describe("a file of one's own", () => {
  it("brings people, clients, audiences, and the scopes that follow from their permissions", async () => {
    const path = await file({
      audience: "billing",
      otherAudiences: ["reports"],
      people: [{ ...dora, subject: "d-1", permissions: ["invoices:pay"], claims: { tenant: "north" } }],
      clients: [{ ...job, scopes: ["invoices:read"], roles: ["Clerk"] }],
    });
    const idp = await start({ file: path });
    expect(idp.audience).toBe("billing");
    expect(idp.people[0]).toMatchObject({ username: "dora", roles: [], groups: [] });
    const form = { grant_type: "client_credentials", client_id: "job", client_secret: "s" };
    const { body } = await post(`${idp.issuer}/token`, undefined, form);
    expect((await verified(idp, body.access_token)).claims).toMatchObject({
      scope: "invoices:read",
      roles: ["Clerk"],
    });
    const discovery = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
    expect(discovery.scopes_supported).toEqual(expect.arrayContaining(["invoices:pay", "invoices:read"]));
  });

  it("leaves the seeded clients where it names none, and puts a person's own claims into tokens", async () => {
    const idp = await start({
      file: await file({ people: [{ ...dora, subject: "d-1", claims: { tenant: "north" } }] }),
    });
    expect(idp.clients.map(({ id }) => id)).toContain("web");
    expect((await verified(idp, await idp.token({ person: "dora" }))).claims).toMatchObject({
      sub: "d-1",
      tenant: "north",
    });
  });

  it("gives way to the options", async () => {
    const idp = await start({ file: await file({ audience: "billing" }), audience: "mine" });
    expect(idp.audience).toBe("mine");
  });

  it("can't make a claim that is the provider's own", async () => {
    const claims = {
      sub: "root",
      iss: "https://evil.example",
      aud: "all",
      client_id: "web",
      exp: 9e9,
      jti: "x",
      roles: ["Admin"],
    };
    const idp = await start({ people: [{ ...dora, roles: [], groups: [], permissions: [], claims }] });
    const { claims: minted } = await verified(idp, await idp.token({ person: "dora", client: "spa" }));
    expect(minted).toMatchObject({
      sub: "dora",
      iss: idp.issuer,
      aud: "my-api",
      client_id: "spa",
      roles: [],
    });
    expect(minted.jti).not.toBe("x");
    expect(minted.exp).toBeLessThan(9e9);
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "{ people: [] }", "is not JSON: "],
    ["a list", [], "the whole must be an object"],
    ["an unknown part", { persons: [] }, 'the whole has nothing called "persons"'],
    ["people that are no list", { people: {} }, "people must be a list"],
    [
      "a person without a password",
      { people: [{ ...dora, password: undefined }] },
      "people[0].password is missing; it takes a text",
    ],
    ["an empty username", { people: [{ ...dora, username: "" }] }, "people[0].username must not be empty"],
    ["roles as a text", { people: [{ ...dora, roles: "Admin" }] }, "people[0].roles must be a list"],
    ["a role that is a number", { people: [{ ...dora, roles: [7] }] }, "people[0].roles[0] must be a text"],
    [
      "a permission with a space",
      { people: [{ ...dora, permissions: ["a b"] }] },
      "people[0].permissions[0] must be a scope",
    ],
    [
      "a misspelt part of a person",
      { people: [{ ...dora, rolls: [] }] },
      'people[0] has nothing called "rolls"',
    ],
    [
      "the same username twice",
      { people: [dora, dora] },
      "people[1].username is the same as that of people[0]",
    ],
    [
      "the same subject twice",
      { people: [dora, { ...dora, username: "d", subject: "dora" }] },
      "people[1].subject is the same as that of people[0]",
    ],
    [
      "an unknown kind of client",
      { clients: [{ ...job, type: "robot" }] },
      "clients[0].type must be one of web, spa, native, device, machine",
    ],
    [
      "a machine without a secret",
      { clients: [{ ...job, secret: undefined }] },
      "clients[0].secret is missing; a machine client has one",
    ],
    [
      "a single-page application with a secret",
      { clients: [{ ...job, type: "spa", redirectUris: ["http://a.test/"] }] },
      "clients[0].secret must go: a spa client can't keep one",
    ],
    [
      "a web client that can't return",
      { clients: [{ ...job, type: "web" }] },
      "clients[0].redirectUris is missing; a web client needs one",
    ],
    [
      "a return address that is no URI",
      { clients: [{ ...job, type: "web", redirectUris: ["/cb"] }] },
      "clients[0].redirectUris[0] must be an absolute URI",
    ],
    [
      "a return address with a fragment",
      { clients: [{ ...job, type: "web", redirectUris: ["http://a.test/#x"] }] },
      'The client "job" is not right: redirect_uris must not contain fragments',
    ],
    [
      "a truth that is a text",
      { clients: [{ ...job, firstParty: "no" }] },
      "clients[0].firstParty must be true or false",
    ],
  ])("with %s is refused by a sentence that names the place", async (_name, content, sentence) => {
    const path = await file(content);
    const attempt = startDevIdp({ file: path, algorithm: "ES256" } as DevIdpOptions);
    await expect(attempt).rejects.toThrow(TypeError);
    await expect(attempt).rejects.toThrow(sentence);
  });

  it("that is missing is refused by its name", async () => {
    const path = join(folder, "absent.json");
    await expect(startDevIdp({ file: path })).rejects.toThrow(`The file ${path} can't be read: ENOENT`);
  });
});
