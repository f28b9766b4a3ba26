// The `fetch` that asks a provider: what it asks, what it takes for an answer, and in which words it fails.
import { describe, expect, test } from "vitest";
import { createBoundedFetch } from "../../src/login/bounded-fetch.ts";

const url = "https://idp.example/token";
const start = (answer: () => Response | Promise<Response>, mayAsk = true) => {
  const asked: string[] = [];
  const fetch = createBoundedFetch({
    fetch: async (input) => {
      asked.push(String(input));
      return answer();
    },
    mayAsk: () => mayAsk,
    timeoutMs: 5000,
  });
  return { asked, fetch };
};
const followed = () => Object.defineProperty(new Response("{}"), "redirected", { value: true });

describe("what is no answer", () => {
  const rows: readonly (readonly [string, () => Response | Promise<Response>, string])[] = [
    ["a redirect", () => new Response(null, { status: 302 }), "the answer was a redirect"],
    ["a redirect that was followed", followed, "the answer was a redirect"],
    ["one that nobody may look at", () => Response.error(), "the answer was a redirect"],
    ["none", () => Promise.reject(new TypeError("fetch failed")), "no answer came"],
    ["one that is too large", () => new Response("a".repeat(300_000)), "larger than"],
  ];
  test.each(rows)("%s", async (_what, answer, why) => {
    await expect(start(answer).fetch(url, {})).rejects.toMatchObject({
      code: "provider_unavailable",
      message: expect.stringContaining(why),
    });
  });

  test("an address that may not be asked is not", async () => {
    const { asked, fetch } = start(() => new Response("{}"), false);
    await expect(fetch(url, {})).rejects.toMatchObject({
      code: "provider_unavailable",
      message: "The provider cannot be asked: an address that is not https may not be asked",
    });
    expect(asked).toEqual([]);
  });
});

test("an answer has its status, and no header of bytes that it has no more", async () => {
  const headers = { "content-encoding": "gzip", "x-own": "1" };
  const answer = await start(() => new Response("{}", { status: 201, headers })).fetch(url, {});
  expect([answer.status, answer.headers.get("content-encoding"), answer.headers.get("x-own")]).toEqual([
    201,
    null,
    "1",
  ]);
  expect(await answer.text()).toBe("{}");
  expect((await start(() => new Response(null, { status: 204 })).fetch(url, {})).status).toBe(204);
});
