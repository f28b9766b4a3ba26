// One process: a guard that takes a session, called with request after request, without HTTP. Prints JSON.
// Arguments: the contestant, the number of blocks, a file for a database.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { getIronSession } from "iron-session";
import Database from "libsql";
import { sallyport } from "sallyport/node";
import { createMemorySessionStore } from "sallyport/stores/memory";
import { createSqliteSessionStore } from "sallyport/stores/sqlite";
import { fakeIssuer } from "sallyport/testing";
import { each, eachAwaited, takeTurns } from "../lib/measure.mjs";
import { fresh } from "../lib/tokens.mjs";

const [contestant, blocks, file] = process.argv.slice(2);
const secret = randomBytes(48).toString("base64");
const perBlock = 100;
const seenBefore = 1000;
// More than are kept open: each is read anew whenever its turn comes.
const beyond = 4200;

const requestOf = (cookie) => ({
  method: "GET",
  url: "/protected",
  headers: { cookie },
  rawHeaders: ["Host", "app.example.org", "Accept", "application/json", "Cookie", cookie],
});
const response = {
  writableEnded: false,
  getHeader() {},
  setHeader() {},
  appendHeader() {},
  writeHead() {},
  end() {},
};

/** An application where somebody has signed in, and a way to ask it. */
async function application(sessionStore) {
  const idp = fakeIssuer({ preset: "keycloak", algorithm: "RS256", lifetimeSeconds: 36_000 });
  const server = createServer(
    (request, answer) => router(request, answer) || guarded(request, answer),
  ).listen(0);
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const options = {
    ...idp.config,
    ...idp.client,
    publicUrl: url,
    insecureAllowLoopback: true,
    session: { secret },
  };
  const auth = sallyport(options, { ...idp.deps, ...(sessionStore && { sessionStore }) });
  const router = auth.router();
  let entered = 0;
  const guarded = auth.required((_request, answer) => {
    entered += 1;
    answer.end();
  });
  const claims = { name: "Alice Admin", email: "alice@example.org", groups: ["north", "south"] };
  const signIn = async () =>
    (await idp.signIn(url, { subject: "alice", roles: ["Reader", "Editor"], claims })).cookie;
  /** Whether the handler was reached. */
  const ask = (cookie) => {
    const before = entered;
    guarded(requestOf(cookie), response);
    return entered > before;
  };
  return { idp, url, signIn, ask, close: () => server.close() };
}

async function stored(store) {
  const { signIn, ask, close } = await application(store);
  const cookies = [];
  for (let person = 0; person < 200; person += 1) cookies.push(await signIn());
  close();
  return { cookies, ask };
}

/** One sign-in, sealed anew as often as there are to be cookies: each of them is another text. */
async function sealed(count) {
  const { idp, url, signIn, ask, close } = await application();
  const first = await signIn();
  idp.clock.advance({ minutes: 30 });
  const cookies = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await fetch(`${url}/protected`, { headers: { cookie: first } });
    const values = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
    cookies.push(values.filter((pair) => !pair.endsWith("=")).join("; "));
  }
  close();
  return { cookies, ask };
}

const makers = {
  memory: () => stored(createMemorySessionStore()),
  sqlite: () => stored(createSqliteSessionStore({ database: new Database(file) })),
  "cookie seen": () => sealed(seenBefore),
  "cookie afresh": () => sealed(beyond),
  async iron() {
    const options = { cookieName: "iron", password: secret, cookieOptions: { secure: false } };
    const cookies = [];
    const answer = { getHeader() {}, setHeader: (_name, value) => cookies.push(String(value).split(";")[0]) };
    for (let person = 0; person < seenBefore; person += 1) {
      const session = await getIronSession({ headers: {} }, answer, options);
      Object.assign(session, {
        issuer: "https://idp.example.org",
        subject: `person-${person}`,
        name: "Alice Admin",
      });
      await session.save();
    }
    const ask = async (cookie) =>
      (await getIronSession(requestOf(cookie), response, options)).subject !== undefined;
    return { cookies, ask, awaited: true };
  },
};

const { cookies, ask, awaited = false } = await makers[contestant]();
const bytes = cookies.map((cookie) => Buffer.from(cookie, "latin1"));
if (new Set(cookies).size !== cookies.length) throw new Error("The cookies are not all different");
const spoilt = `${cookies[0].slice(0, -8)}AAAAAAAA`;
if (await ask(spoilt)) throw new Error(`${contestant} lets everyone in`);
for (const one of bytes) if (!(await ask(fresh(one)))) throw new Error(`${contestant} lets nobody in`);
let index = 0;
const next = () => {
  index = (index + 1) % bytes.length;
  return fresh(bytes[index]);
};
const result = await takeTurns(
  { [contestant]: awaited ? eachAwaited(ask) : each(ask) },
  {
    prepare: () => Array.from({ length: perBlock }, next),
    operations: perBlock,
    warmup: 100,
    blocks: Number(blocks),
  },
);
process.stdout.write(JSON.stringify({ characters: cookies[0].length, cookies: cookies.length, ...result }));
