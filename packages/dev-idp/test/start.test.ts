import { execFile } from "node:child_process";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type DevIdpOptions, seededClients, seededPeople, startDevIdp } from "../src/index.ts";
import { post, start, verified } from "./support.ts";

describe("startDevIdp", () => {
  it("starts on a free port of 127.0.0.1 with three people and a client of each kind", async () => {
    const idp = await start();
    expect(idp.issuer).toBe(`http://127.0.0.1:${idp.port}`);
    expect(idp.audience).toBe("my-api");
    expect(idp.people).toEqual(seededPeople);
    expect(idp.clients).toEqual(seededClients);
    expect(idp.people.map(({ username, roles }) => [username, ...roles])).toEqual([
      ["alice", "Admin"],
      ["bob", "Editor"],
      ["carol", "Reader"],
    ]);
    expect(idp.clients.map(({ type }) => type)).toEqual(["web", "spa", "native", "device", "machine"]);
  });

  it("publishes what it can do, under the issuer's own address", async () => {
    const idp = await start();
    const discovery = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({
      issuer: idp.issuer,
      jwks_uri: `${idp.issuer}/jwks`,
      authorization_endpoint: `${idp.issuer}/authorize`,
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      backchannel_logout_supported: true,
      pushed_authorization_request_endpoint: `${idp.issuer}/par`,
      introspection_endpoint: `${idp.issuer}/introspect`,
      revocation_endpoint: `${idp.issuer}/revoke`,
      end_session_endpoint: `${idp.issuer}/logout`,
      device_authorization_endpoint: `${idp.issuer}/device/authorize`,
      scopes_supported: expect.arrayContaining(["openid", "users:write", "documents:read"]),
    });
    for (const url of Object.values(discovery).filter((value) => String(value).startsWith("http"))) {
      expect(url).toContain(idp.issuer);
    }
  });

  it.each(["RS256", "PS256", "ES256", "EdDSA"] as const)("signs with %s when asked to", async (algorithm) => {
    const idp = await start({ algorithm });
    expect((await verified(idp, await idp.token())).header.alg).toBe(algorithm);
    const { keys } = (await (await fetch(`${idp.issuer}/jwks`)).json()) as { keys: Record<string, string>[] };
    expect(keys).toEqual([expect.objectContaining({ alg: algorithm, use: "sig", kid: expect.any(String) })]);
    expect(keys[0]).not.toHaveProperty("d");
  });

  it("signs with RS256 unless asked otherwise", async () => {
    const idp = await startDevIdp({ quiet: true });
    expect((await verified(idp, await idp.token())).header.alg).toBe("RS256");
    await idp.close();
  });

  it.each(["production", " Production "])("refuses to start where NODE_ENV is %j", async (value) => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = value;
    try {
      await expect(startDevIdp()).rejects.toThrow("does not start where NODE_ENV is production");
    } finally {
      process.env.NODE_ENV = before;
    }
  });

  it("says that a port is in use, and leaves the one who has it alone", async () => {
    const { port, issuer } = await start();
    const refused = startDevIdp({ port });
    await expect(refused).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: `Port ${port} is in use on 127.0.0.1; choose another, or 0 for any free one`,
    });
    expect((await fetch(`${issuer}/jwks`)).status).toBe(200);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an unknown option", { prot: 1 }, 'startDevIdp has no option "prot"; it takes port, people'],
    ["a port that is none", { port: 70000 }, "port takes a whole number from 0"],
    [
      "a lifetime of nothing",
      { accessTokenSeconds: 0 },
      "accessTokenSeconds takes a whole number of seconds, 1 or more",
    ],
    ["an algorithm it has not", { algorithm: "HS256" }, "algorithm takes one of RS256, PS256, ES256, EdDSA"],
    ["an empty audience", { audience: "" }, "startDevIdp: audience must not be empty"],
  ])("refuses %s by a sentence", async (_name, options, sentence) => {
    const attempt = startDevIdp(options as DevIdpOptions);
    await expect(attempt).rejects.toThrow(TypeError);
    await expect(attempt).rejects.toThrow(sentence);
  });

  it("answers on no address but loopback", async () => {
    const idp = await start();
    const addresses = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address && !address.internal && address.family === "IPv4");
    // 127.0.0.2 is this machine too, on every Linux, and the provider does not listen there either.
    for (const address of [...addresses.map((found) => found?.address ?? ""), "127.0.0.2"]) {
      const outcome = await new Promise((resolve) => {
        const socket = connect(idp.port, address, () => resolve("connected"));
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
        socket.setTimeout(2000, () => resolve("no answer"));
      });
      expect(outcome).not.toBe("connected");
    }
  });

  it("refuses a foreign Host, and sends localhost to the issuer's address", async () => {
    const idp = await start();
    const ask = (host: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(idp.port, "127.0.0.1", () =>
          socket.write(`GET /jwks HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
        );
        let text = "";
        socket.on("data", (chunk) => {
          text += chunk;
        });
        socket.on("close", () => resolve(text));
      });
    expect(await ask("rebound.example")).toMatch(/^HTTP\/1.1 421 /);
    expect(await ask(`localhost:${idp.port}`)).toMatch(
      new RegExp(`^HTTP/1.1 308 .*location: ${idp.issuer}/jwks`, "is"),
    );
    expect(await ask(`127.0.0.1:${idp.port}`)).toMatch(/^HTTP\/1.1 200 /);
  });

  it("counts requests by endpoint", async () => {
    const idp = await start();
    expect(Object.values(idp.requests).every((count) => count === 0)).toBe(true);
    await fetch(`${idp.issuer}/jwks`);
    await fetch(`${idp.issuer}/jwks`);
    await fetch(`${idp.issuer}/.well-known/openid-configuration`);
    await post(`${idp.issuer}/token`, "machine", { grant_type: "client_credentials" });
    await fetch(`${idp.issuer}/nothing`);
    expect(idp.requests).toMatchObject({ jwks: 2, discovery: 1, token: 1, other: 1, authorization: 0 });
  });

  it("stops at once, even with connections open", async () => {
    const idp = await startDevIdp({ algorithm: "ES256" });
    const socket = connect(idp.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await idp.close();
    await closed;
    await expect(fetch(`${idp.issuer}/jwks`)).rejects.toThrow();
  });

  it("writes nothing to the console, from its start to a token, a bad request and its end", async () => {
    const script = `
      import { startDevIdp } from "@sallyport/dev-idp";
      const idp = await startDevIdp();
      await idp.token({ person: "alice" });
      const form = { grant_type: "client_credentials", client_id: "machine", client_secret: "machine-secret" };
      const { access_token: token } = await (await fetch(idp.issuer + "/token", { method: "POST", body: new URLSearchParams(form) })).json();
      await fetch(idp.issuer + "/introspect", { method: "POST", body: new URLSearchParams({ ...form, token }) });
      await fetch(idp.issuer + "/authorize?client_id=nobody");
      idp.rotateKeys();
      await idp.close();
    `;
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname,
      env: { ...process.env, NODE_ENV: "development", NODE_OPTIONS: "" },
    });
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  });
});

describe("token()", () => {
  it("is for the first machine client, with all its scopes, when nothing is said", async () => {
    const idp = await start();
    const { claims, header } = await verified(idp, await idp.token());
    expect(header.typ).toBe("at+jwt");
    expect(claims).toMatchObject({
      sub: "machine",
      client_id: "machine",
      scope: "users:read documents:read documents:write",
    });
  });

  it("is for a person with all that they may have", async () => {
    const idp = await start();
    const { claims } = await verified(idp, await idp.token({ person: "carol" }));
    expect(claims).toMatchObject({
      sub: "carol",
      client_id: "web",
      scope: "openid profile email documents:read",
      roles: ["Reader"],
      permissions: ["documents:read"],
      acr: "pwd",
    });
  });

  it("takes exactly the scope, the client and the audience that it is told", async () => {
    const idp = await start();
    const request = { person: "carol", client: "spa", scope: "users:write custom", audience: "other" };
    const { claims } = await verified(idp, await idp.token(request), "other");
    expect(claims).toMatchObject({
      sub: "carol",
      client_id: "spa",
      scope: "users:write custom",
      aud: "other",
    });
    expect((await verified(idp, await idp.token({ scope: "" }))).claims).not.toHaveProperty("scope");
  });

  it("is good for userinfo where it has the openid scope", async () => {
    const idp = await start();
    const ask = async (scope: string) => {
      const authorization = `Bearer ${await idp.token({ person: "bob", scope })}`;
      return fetch(`${idp.issuer}/userinfo`, { headers: { authorization } });
    };
    expect(await (await ask("openid email")).json()).toMatchObject({ sub: "bob", email: "bob@example.test" });
    expect((await ask("documents:read")).status).toBe(403);
  });

  it("lives as long as accessTokenSeconds says", async () => {
    const idp = await start({ accessTokenSeconds: 7 });
    const { claims } = await verified(idp, await idp.token({ person: "alice" }));
    expect(Number(claims.exp) - Number(claims.iat)).toBe(7);
  });

  it.each([
    [{ person: "dave" }, 'token({ person }) takes one of alice, bob, carol; there is no "dave"'],
    [{ client: "web" }, "token({ client }) takes one of the clients of the type machine: machine"],
    [
      { person: "alice", client: "machine" },
      "takes one of the clients that people sign in with: web, spa, native, device",
    ],
    [{ audience: "" }, "token({ audience }) must not be empty"],
  ])("refuses %j by a sentence", async (request, sentence) => {
    const idp = await start();
    await expect(idp.token(request)).rejects.toThrow(sentence);
  });
});
