import { createRequire } from "node:module";
const which = process.argv[2];
const { fakeIssuer } = await import("../dist/testing/index.js");
const autocannon = createRequire("/work/main/bench/package.json")("autocannon");
import { fork } from "node:child_process";
if (process.argv[3] === "server") {
  const idp = fakeIssuer({ audience: "my-api" });
  const headers = await idp.bearer();
  const [fw, mode] = which.split("-");
  let listen;
  if (fw === "hono") {
    const { Hono } = await import("hono"); const { serve } = await import("@hono/node-server");
    const { sallyport } = await import("../dist/frameworks/hono.js");
    const auth = sallyport(idp.config, { ...idp.deps, now: Date.now });
    const app = new Hono();
    if (mode === "empty") app.get("/", async (c, n) => { await n(); }, (c) => c.json({ a: 1 }));
    else app.get("/", auth.required(), (c) => c.json({ a: 1 }));
    serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (i) => process.send({ port: i.port, headers }));
  } else if (fw === "express") {
    const express = (await import("express")).default; const { sallyport } = await import("../dist/frameworks/express.js");
    const auth = sallyport(idp.config, { ...idp.deps, now: Date.now });
    const app = express();
    if (mode === "empty") app.get("/", (q, r, n) => n(), (q, r) => r.json({ a: 1 })); else app.get("/", auth.required(), (q, r) => r.json({ a: 1 }));
    const s = app.listen(0, "127.0.0.1", () => process.send({ port: s.address().port, headers }));
  } else {
    const Fastify = (await import("fastify")).default; const { sallyport } = await import("../dist/frameworks/fastify.js");
    const auth = sallyport(idp.config, { ...idp.deps, now: Date.now });
    const app = Fastify();
    if (mode === "empty") app.get("/", () => ({ a: 1 })); else if (mode === "hook") app.get("/", { onRequest: (q, r, d) => d() }, () => ({ a: 1 })); else if (mode === "hook2") app.get("/", { onRequest: (q, r, d) => d(), preValidation: (q, r, d) => d() }, () => ({ a: 1 })); else if (mode === "check") app.get("/", { onRequest: (q, r, d) => { for (let i = 0; i < q.raw.rawHeaders.length; i += 2) if (q.raw.rawHeaders[i] === "authorization") { auth.verifier.check(q.raw.rawHeaders[i+1].slice(7)); } d(); } }, () => ({ a: 1 })); else if (mode === "one") app.get("/", { onRequest: auth.required().onRequest }, () => ({ a: 1 })); else app.get("/", auth.required(), () => ({ a: 1 }));
    await app.listen({ port: 0, host: "127.0.0.1" }); process.send({ port: app.server.address().port, headers });
  }
  process.on("message", (m) => { const u = process.cpuUsage(); process.send({ cpu: u.user + u.system }); if (m === "end") process.exit(); });
} else {
  const results = {};
  const modes = which.split(",");
  for (let round = 0; round < 5; round++) for (const m of modes) {
    const child = fork(new URL(import.meta.url), [m, "server"]);
    const next = () => new Promise((r) => child.once("message", r));
    const { port, headers } = await next();
    const run = (d) => autocannon({ url: `http://127.0.0.1:${port}/`, headers, connections: 10, duration: d });
    await run(1.5);
    let p = next(); child.send("x"); const a = await p;
    const r = await run(3);
    p = next(); child.send("end"); const b = await p;
    (results[m] ??= []).push((b.cpu - a.cpu) / r.requests.total);
    if (r.non2xx) console.log("non2xx", r.non2xx);
  }
  const med = (l) => l.sort((x, y) => x - y)[2];
  for (const m of modes) console.log(m, med(results[m]).toFixed(2), results[m].map((x) => x.toFixed(1)).join(" "));
}
