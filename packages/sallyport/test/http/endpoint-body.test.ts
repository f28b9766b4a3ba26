// The body of a request to an endpoint: a form, read once, by whoever comes first; anything else is none.
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readNodeForm, readWebForm } from "../../src/http/form-body.ts";
import { nodeEndpointRequest, webEndpointRequest } from "../../src/http/index.ts";

const formType = "application/x-www-form-urlencoded";
const target = "https://app.example.org/auth/v2/logout";
const post = (body?: string) =>
  new Request(target, {
    method: "POST",
    ...(body !== undefined && { body }),
    headers: { "content-type": formType },
  });
const pairs = async (form: Promise<URLSearchParams | undefined>) => {
  const found = await form;
  return found && [...found];
};

describe("of Node's stream", () => {
  const message = {
    method: "POST",
    url: "/auth/v2/logout",
    headers: {},
    rawHeaders: ["Content-Type", formType],
  };

  test("is its form, in whatever pieces it comes", async () => {
    const pieces = [Buffer.from("a=1&b="), Buffer.from("2")];
    expect(await pairs(readNodeForm(Readable.from(pieces)))).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  test("that has ended, or was destroyed, is not waited for", async () => {
    const ended = Readable.from([]);
    for await (const _ of ended);
    expect(await readNodeForm(ended)).toBeUndefined();
    const destroyed = new Readable({ read() {} }).destroy();
    expect(await readNodeForm(destroyed)).toBeUndefined();
    expect(await readNodeForm({ ...noStream, readableEnded: true })).toBeUndefined();
    expect(await readNodeForm({ ...noStream, destroyed: true })).toBeUndefined();
  });

  test("that is none has no form, but for what somebody has parsed", async () => {
    expect(await nodeEndpointRequest(message).form()).toBeUndefined();
    expect(await pairs(nodeEndpointRequest(message, { body: { a: "1" } }).form())).toEqual([["a", "1"]]);
  });
});

/** Says nothing, whoever listens. */
const noStream = {
  on: () => {
    throw new Error("It is over");
  },
  removeListener() {},
  resume() {},
};

describe("of a `Request`", () => {
  test("is its form, and nothing is a form of nothing", async () => {
    expect(await pairs(readWebForm(post("a=1&b=2")))).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    expect(await pairs(readWebForm(post()))).toEqual([]);
  });

  test("that has been read is not read again", async () => {
    const read = post("a=1");
    await read.text();
    expect(await readWebForm(read)).toBeUndefined();
    expect(await webEndpointRequest(read).form()).toBeUndefined();
  });

  test("is what somebody has parsed only where it has been read", async () => {
    const parsed = async () => [["of", "the framework"]] as const;
    expect(await pairs(webEndpointRequest(post("a=1"), { parsed }).form())).toEqual([["a", "1"]]);
    const read = post("a=1");
    await read.text();
    expect(await pairs(webEndpointRequest(read, { parsed }).form())).toEqual([["of", "the framework"]]);
  });
});
