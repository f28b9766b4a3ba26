// The router before any framework: what servers would mend, and where its endpoints are.
import { expect, test } from "vitest";
import { Answer, createRouting, type Endpoint, webEndpointRequest } from "../../src/http/index.ts";

const endpoint: Endpoint = {
  name: "session",
  methods: ["GET"],
  path: "/auth/v2/session",
  handle: async () => new Answer(200, { "content-type": "text/plain" }, "text", undefined, ["a=1"]),
};
const request = (method: string) => webEndpointRequest(new Request("https://app.example.org/", { method }));

test("HEAD has GET's status, headers and cookies, and no text: not every runtime leaves it out", async () => {
  const { answer } = createRouting({ endpoints: [endpoint] });
  const { text, ...rest } = await answer(endpoint, request("GET"));
  expect(text).toBe("text");
  expect(await answer(endpoint, request("HEAD"))).toEqual({ ...rest, text: undefined });
});

test.each([
  ["/api", "/api/auth/v2/session", true],
  ["/api/", "/api/auth/v2/session?x=1#y", true],
  ["api", "https://evil.example/api/auth/v2/session", true],
  ["/api", "/auth/v2/session", false],
  ["/api", "/api/v1/auth/v2/session", false],
  ["/api", "/apiauth/v2/session", false],
  ["/api", "/ipa/auth/v2/session", false],
  ["/api", "/api/auth/v2/session/", false],
  ["/api", "/api/auth/v2/Session", false],
  ["/api", "/api/auth/v2/%73ession", false],
  ["", "/auth/v2/session", true],
  ["/", "/auth/v2/session", true],
])("under %j the target %s is an endpoint's: %s", (basePath, target, found) => {
  expect(createRouting({ endpoints: [endpoint], basePath }).findTarget(target) === endpoint).toBe(found);
});
