// `sallyport doctor --api` on resource servers that are broken in one way each, and on good ones, of our own frameworks too.
import { createServer, type RequestListener } from "node:http";
import { startDevIdp } from "@sallyport/dev-idp";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { sallyport as forExpress } from "sallyport/express";
import { sallyport as forFastify } from "sallyport/fastify";
import { sallyport as forHono } from "sallyport/hono";
import { sallyport as forNode } from "sallyport/node";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { signIn } from "../../../dev-idp/test/support.ts";
import { bridge } from "../../../sallyport/test/support/fetch-bridge.ts";
import { parseChallenges } from "../../src/doctor/api/challenge.ts";
import { apiTables } from "../../src/doctor/api/index.ts";
import { metadataUrlOf } from "../../src/doctor/api/resource-metadata.ts";
import type { Finding } from "../../src/finding.ts";
import { run, runBin, runJson } from "../support/run.ts";
import { startApi } from "../support/scripted-api.ts";
import { listen, serve } from "../support/scripted-provider.ts";
import { brokenAcceptance } from "./broken/acceptance.ts";
import { changed } from "./broken/api.ts";
import { brokenRefusals } from "./broken/refusals.ts";
import { brokenResourceMetadata, goodMetadata } from "./broken/resource-metadata.ts";

const brokenApis = [...brokenAcceptance, ...brokenRefusals, ...brokenResourceMetadata];

interface Answer {
  readonly ok: boolean;
  readonly examinations: readonly { readonly findings: readonly Finding[] }[];
}

const idp = await startDevIdp({ algorithm: "ES256", quiet: true, otherAudiences: ["billing"] });
afterAll(() => idp.close());
const tokens = {
  GOOD: await idp.token({ person: "alice" }),
  OTHER: await idp.token({ person: "alice", audience: "billing" }),
  ID: String((await signIn(idp)).body.id_token),
};
const env = { ...tokens, PATH: process.env.PATH ?? "" };
const print = (name: string) => `node -p process.env.${name}`;
const all = [
  ["--token-command", print("GOOD")],
  ["--id-token-command", print("ID")],
  ["--other-token-command", print("OTHER")],
].flat();

async function examine(url: string, args: readonly string[] = all) {
  // The issuer is known, but not what is wanted of it here: it is examined elsewhere.
  const options = ["--issuer", idp.issuer, "--audience", idp.audience, "--insecure-allow-loopback"];
  const { status, json, stdout } = await runJson<Answer>(["doctor", "--api", url, ...options, ...args], {
    env,
  });
  for (const token of Object.values(tokens)) expect(stdout).not.toContain(token.split(".")[2]);
  const findings = json.examinations.at(-1)?.findings ?? [];
  return {
    status,
    findings,
    beyondNotes: findings
      .filter(({ level }) => level !== "note")
      .map(({ id }) => id)
      .join(" "),
  };
}

test.each(brokenApis)("$name: $finds", async ({ script, finds, mend, sentence, status = 1 }) => {
  const answer = await examine(await startApi(idp, script));
  expect(answer.beyondNotes).toBe(finds);
  const found = answer.findings.find(({ id }) => id === finds.split(" ")[0]);
  expect(found?.mend).toMatch(mend);
  if (sentence) expect(found?.sentence).toMatch(sentence);
  expect(answer.status).toBe(status);
});

test("every check beyond a note is tried on something broken", () => {
  const tried = new Set([
    ...brokenApis.flatMap(({ finds }) => finds.split(" ")),
    "api_unreachable",
    "api_not_https",
  ]);
  const checks = Object.values(apiTables).flat();
  const untried = checks.filter(({ id, level }) => level !== "note" && !tried.has(id)).map(({ id }) => id);
  expect(untried).toEqual([]);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
});

const config = { issuer: idp.issuer, audience: idp.audience, insecureAllowLoopback: true };

test.each([
  [
    "fastify",
    async () => {
      const auth = forFastify(config);
      const app = fastify();
      app.get("/me", auth.required(), () => ({ ok: true }));
      onTestFinished(() => app.close());
      return app.listen({ port: 0, host: "127.0.0.1" });
    },
  ],
  [
    "express",
    async () => {
      const auth = forExpress(config);
      const app = express();
      app.get("/me", auth.required(), (_request, response) => void response.json({ ok: true }));
      return listen(createServer(app));
    },
  ],
  [
    "hono",
    async () => {
      const auth = forHono(config);
      const app = new Hono();
      app.get("/me", auth.required(), (context) => context.json({ ok: true }));
      return listen(createServer(bridge((request) => app.fetch(request))));
    },
  ],
  [
    "node:http",
    async () => {
      const auth = forNode(config);
      return listen(createServer(auth.required((_request, response) => void response.end("ok"))));
    },
  ],
] as const)("an API that sallyport guards is well: %s", async (_name, start) => {
  const answer = await examine(`${await start()}/me`);
  expect([answer.status, answer.beyondNotes]).toEqual([0, ""]);
  expect(answer.findings.map(({ id }) => id)).not.toContain("not_tried");
});

test("an API that sallyport guards is well with its metadata and DPoP's challenge", async () => {
  let listener: RequestListener = (_request, response) => void response.end();
  const origin = await serve((request, response) => listener(request, response));
  const auth = forNode({ ...config, publicUrl: origin });
  const guarded = auth.required((_request, response) => void response.end("ok"));
  listener = (request, response) => {
    if (!auth.resourceMetadata(request, response)) guarded(request, response);
  };
  const answer = await examine(`${origin}/me`);
  expect([answer.status, answer.beyondNotes]).toEqual([0, ""]);
  expect(answer.findings.map(({ sentence }) => sentence).join()).toContain("says by its metadata");
});

test("an API that jose guards well is well, its metadata too", async () => {
  const answer = await examine(await startApi(idp, goodMetadata));
  expect([answer.status, answer.beyondNotes]).toEqual([0, ""]);
  expect(answer.findings[0]?.sentence).toContain("says by its metadata");
});

const insufficient = (scope: string) => ({
  "www-authenticate": `Bearer realm="api", error="insufficient_scope"${scope}`,
});

test.each([
  [
    404,
    {},
    "good_token_answered_otherwise",
    "The guard let the good token in; the route itself answered 404",
  ],
  [
    415,
    {},
    "good_token_answered_otherwise",
    "The guard let the good token in; the route itself answered 415",
  ],
  [
    429,
    {},
    "good_token_answered_otherwise",
    "To the good token it answered 429 (too many requests): whether it is let in was not seen",
  ],
  [
    403,
    {},
    "good_token_may_not",
    "The token that was given is good, and may not do this (403): what it would show was not seen",
  ],
  [
    403,
    insufficient(""),
    "good_token_may_not",
    "The token that was given is good, and lacks what the route needs (403): what it would show was not seen",
  ],
  [
    403,
    insufficient(', scope="orders:write"'),
    "good_token_may_not",
    "The token that was given is good, and lacks what the route needs, which is orders:write (403): what it would show was not seen",
  ],
] as const)(
  "a good token that is answered %i %o is no fault of the guard",
  async (code, headers, id, sentence) => {
    const url = await startApi(idp, { answer: changed(["good"], { status: code, headers }) });
    const answer = await examine(url);
    expect([answer.status, answer.beyondNotes]).toEqual([0, ""]);
    expect(answer.findings.filter((one) => one.id.startsWith("good_token"))).toEqual([
      { id, level: "note", sentence },
    ]);
  },
);

test.each([404, 405, 415])(
  "of a route that answers %i whatever comes, nothing is said of the good token",
  async (code) => {
    const url = await startApi(idp, { answer: () => ({ status: code, headers: {}, body: "" }) });
    const { findings } = await examine(url);
    expect(findings.map(({ id }) => id).filter((id) => id.startsWith("good_token"))).toEqual([]);
  },
);

test("where only DPoP is offered, the good token stays here, and a note says so", async () => {
  const seen: string[] = [];
  let origin = "";
  let listener: RequestListener = (_request, response) => void response.end();
  origin = await serve((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    listener(request, response);
  });
  const auth = forNode({ ...config, publicUrl: origin, dpop: "required" });
  listener = auth.required((_request, response) => void response.end("ok"));
  const answer = await examine(`${origin}/me`, ["--token-command", print("GOOD")]);
  expect([answer.status, answer.beyondNotes]).toEqual([0, ""]);
  const notes = new Map(answer.findings.map(({ id, sentence }) => [id, sentence]));
  expect(notes.get("dpop_only")).toContain("takes only DPoP-bound tokens");
  expect([...notes.keys()].filter((id) => id.startsWith("good_token"))).toEqual([]);
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.filter((one) => one.includes(tokens.GOOD))).toEqual([]);
  const without = await examine(`${origin}/me`, []);
  const { sentence } = without.findings.find(({ id }) => id === "not_tried") ?? {};
  expect(sentence).not.toContain("a good token");
});

test("without real tokens it is tried all the same, and what was not tried is said", async () => {
  const url = await startApi(idp, { check: () => {} });
  const { status, json } = await runJson<Answer>(["doctor", "--api", url]);
  const ids = json.examinations[0]?.findings.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["self_signed_accepted", "unsigned_accepted", "not_tried"]));
  expect(ids).not.toContain("tampered_accepted");
  expect(status).toBe(1);
});

test("an API out of reach is no answer: status 2, and asked once", async () => {
  const answer = await examine("http://127.0.0.1:1/");
  expect([answer.status, answer.findings.map(({ id }) => id)]).toEqual([2, ["api_unreachable"]]);
  const { json } = await runJson<Answer>(["doctor", "--api", "http://127.0.0.1:1/"]);
  expect(json.examinations[0]?.findings.map(({ id }) => id)).toEqual(["api_unreachable"]);
});

test("a real token goes to that URL alone: not by http, not after a redirect, not to the provider", async () => {
  const ran = await run(["doctor", "--api", "http://api.example.org/me", "--token-command", print("GOOD")], {
    env,
  });
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toContain("not sent by http");

  const seen: string[] = [];
  const elsewhere = await serve((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? ""}`);
    response.writeHead(404).end();
  });
  const url = await startApi(idp, {
    answer: (right, _kit, outcome) =>
      outcome === "good" ? { status: 307, headers: { location: `${elsewhere}/x` }, body: "" } : right,
  });
  await examine(url);
  expect(seen).toEqual([]);
});

test("a document on another host is not fetched: an API can't send the doctor about", async () => {
  const asked: string[] = [];
  const elsewhere = await serve((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  const url = await startApi(idp, {
    answer: (right, _kit, outcome) => {
      const challenge = `Bearer realm="api", resource_metadata="${elsewhere}/inside"`;
      return outcome === "none"
        ? { ...right, headers: { ...right.headers, "www-authenticate": challenge } }
        : right;
    },
  });
  expect((await examine(url)).beyondNotes).toBe("resource_metadata_elsewhere");
  expect(asked).toEqual([]);
});

test.each(["http://api.invalid/", "HTTP://api.invalid/"])(
  "an API by http elsewhere is told so, without a token of the user's: %s",
  async (url) => {
    const { json, status } = await runJson<Answer>(["doctor", "--api", url]);
    expect(json.examinations[0]?.findings.map(({ id }) => id)).toContain("api_not_https");
    expect(status).toBe(2);
  },
);

test.each([
  ["nothing to look at", [], /--issuer URL, --api URL, --app URL, or several/],
  ["a URL with a password", ["--api", "https://me:hunter2@api.example.org"], /--api takes a URL/],
  [
    "a command that fails",
    ["--api", "http://127.0.0.1:1", "--token-command", "exit 3"],
    /failed with status 3/,
  ],
  [
    "a command that says nothing",
    ["--api", "http://127.0.0.1:1", "--token-command", "true"],
    /wrote no token/,
  ],
  [
    "two sources",
    ["--api", "http://127.0.0.1:1", "--token-stdin", "--token-command", "true"],
    /exclude each other/,
  ],
  ["an empty standard input", ["--api", "http://127.0.0.1:1", "--token-stdin"], /no token came/],
  ["a method that is none", ["--api", "http://127.0.0.1:1", "--method", "GETT"], /did you mean GET\?/],
] as const)("refused with a sentence: %s", async (_name, args, sentence) => {
  const ran = await run(["doctor", ...args], { env });
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toMatch(sentence);
  expect(ran.stderr).not.toContain("hunter2");
});

test("the program: not guarded is 1 and says so; a token from standard input", async () => {
  const open = await startApi(idp, { answer: () => ({ status: 200, headers: {}, body: "[]" }) });
  const ran = await runBin(["doctor", "--api", open]);
  expect([ran.status, ran.stderr]).toEqual([1, ""]);
  expect(ran.stdout).toContain(
    "MEND   not_guarded\n       Not guarded: it answers without a token\n       → Put the guard",
  );
  const good = await runBin(["doctor", "--api", await startApi(idp), "--token-stdin"], {
    stdin: `${tokens.GOOD}\n`,
  });
  expect(good.status).toBe(0);
  expect(good.stdout).toContain("This API is guarded.");
});

test.each([
  ["Bearer", [["bearer", {}]]],
  ['Bearer realm="a, b", error="x\\"y"', [["bearer", { realm: "a, b", error: 'x"y' }]]],
  [
    'Basic realm="a", Bearer realm=b',
    [
      ["basic", { realm: "a" }],
      ["bearer", { realm: "b" }],
    ],
  ],
  [
    "Negotiate, Bearer realm=b",
    [
      ["negotiate", {}],
      ["bearer", { realm: "b" }],
    ],
  ],
  [
    'Negotiate YWJj==, DPoP algs="ES256"',
    [
      ["negotiate", {}],
      ["dpop", { algs: "ES256" }],
    ],
  ],
  ['Bearer realm="a', undefined],
  ['realm="a"', undefined],
  ['Bearer realm="a" error="b"', undefined],
] as const)("a challenge: %s", (header, expected) => {
  const parsed = parseChallenges(header)?.map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
  expect(parsed).toEqual(expected);
});

test.each([
  ["https://api.example.org", "https://api.example.org/.well-known/oauth-protected-resource"],
  ["https://api.example.org/", "https://api.example.org/.well-known/oauth-protected-resource"],
  [
    "https://api.example.org/v1/orders",
    "https://api.example.org/.well-known/oauth-protected-resource/v1/orders",
  ],
])("where the metadata of %s is", (resource, url) => {
  expect(metadataUrlOf(resource)).toBe(url);
});
