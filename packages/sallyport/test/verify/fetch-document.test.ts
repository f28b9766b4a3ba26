// One document over the network: each way in which it can fail has its own sentence, and no more is read than allowed.
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/index.ts";
import { fetchDocument } from "../../src/verify/keys/fetch-document.ts";

const maxBytes = 1000;

/** What `fetchDocument` makes of a runtime's answer. */
const read = (answer: () => Response | Promise<Response>) =>
  fetchDocument("https://issuer.example/keys", {
    fetch: async () => answer(),
    timeoutMs: 5000,
    maxBytes,
    signal: new AbortController().signal,
    failure: "jwks_fetch_failed",
  });

async function failureOf(answer: () => Response | Promise<Response>): Promise<AuthError> {
  const error = await read(answer).catch((thrown: unknown) => thrown);
  if (!(error instanceof AuthError)) throw new Error(`not refused: ${JSON.stringify(error)}`);
  expect(error.code).toBe("jwks_fetch_failed");
  return error;
}

/** A body in pieces; `pulls` counts how often it was asked for one. */
function inPieces(next: (controller: ReadableStreamDefaultController<Uint8Array>, pull: number) => void) {
  const counter = { pulls: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        counter.pulls += 1;
        next(controller, counter.pulls);
      },
      cancel() {
        counter.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { counter, response: new Response(body) };
}
const bytes = (text: string) => new TextEncoder().encode(text);

describe("what is no answer", () => {
  const followed = () => Object.defineProperty(Response.json({}), "redirected", { value: true });
  test.each<[string, () => Response, string]>([
    ["a redirect that was followed all the same", followed, "The answer was 200, not 200"],
    ["another status", () => Response.json({}, { status: 201 }), "The answer was 201, not 200"],
    ["no body at all", () => new Response(null), "The answer has no body"],
    ["an empty body", () => new Response(""), "The answer is not JSON"],
    ["half a document", () => new Response('{"keys":['), "The answer is not JSON"],
    ["UTF-16", () => new Response(new Uint8Array([0xff, 0xfe, 0x7b, 0])), "broke off or is not UTF-8"],
  ])("%s", async (_name, response, sentence) => {
    expect((await failureOf(response)).message).toContain(sentence);
  });

  test.each(["7", '"keys"', "true", "null", "[]", '[{"keys":[]}]'])("%s is no object", async (text) => {
    expect((await failureOf(() => new Response(text))).message).toBe("The answer is not a JSON object");
  });

  test("an answer that breaks off says by which code, and keeps nothing of what came", async () => {
    const { response } = inPieces((controller, pull) => {
      if (pull === 1) controller.enqueue(bytes('{"s3cret":'));
      else controller.error(Object.assign(new TypeError("s3cret"), { code: "UND_ERR_SOCKET" }));
    });
    const error = await failureOf(() => response);
    expect(error.message).toBe("The answer broke off or is not UTF-8 (UND_ERR_SOCKET)");
    expect(String(error.cause)).toBe("Error: TypeError UND_ERR_SOCKET");
  });
});

describe("the bound", () => {
  test("an answer of exactly so many bytes is read, of one more it is not", async () => {
    const ofLength = (length: number) => new Response(`{"a":"${"x".repeat(length - 8)}"}`);
    expect(Object.keys((await read(() => ofLength(maxBytes))).document)).toEqual(["a"]);
    expect((await failureOf(() => ofLength(maxBytes + 1))).message).toBe(
      "The answer is larger than 1000 bytes",
    );
  });

  test("an answer without end is left at the piece that goes beyond it", async () => {
    const { counter, response } = inPieces((controller) => controller.enqueue(bytes(" ".repeat(400))));
    expect((await failureOf(() => response)).message).toBe("The answer is larger than 1000 bytes");
    expect(counter).toEqual({ pulls: 3, cancelled: true });
  });
});

describe("how long it may be kept", () => {
  test.each<[headers: Record<string, string>, seconds: number | undefined]>([
    [{}, undefined],
    [{ "cache-control": "" }, undefined],
    [{ "cache-control": "public" }, undefined],
    [{ "cache-control": "max-age=x" }, undefined],
    [{ "cache-control": "max-age=60" }, 60],
    [{ "cache-control": 'Public, MAX-AGE = "60"' }, 60],
    [{ "cache-control": "max-age=60", age: "20" }, 40],
    [{ "cache-control": "max-age=60", age: "90" }, 0],
    [{ "cache-control": "max-age=60", age: "-90" }, 60],
    [{ "cache-control": "max-age=60, no-store" }, 0],
    [{ "cache-control": "no-cache" }, 0],
  ])("%j: %s seconds", async (headers, seconds) => {
    expect((await read(() => Response.json({}, { headers }))).maxAgeSeconds).toBe(seconds);
  });
});
