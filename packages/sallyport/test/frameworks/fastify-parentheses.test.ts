// `auth.required` where `auth.required()` was meant: never a route that is open.
import Fastify from "fastify";
import { describe, expect, test, vi } from "vitest";
import { sallyport } from "../../src/frameworks/fastify.ts";
import { fakeIssuer } from "../../src/testing/index.ts";

const idp = fakeIssuer();

function setUp() {
  const auth = sallyport(idp.config, { ...idp.deps, audit: [] });
  // As JavaScript sees it: to TypeScript these are errors.
  const loose = auth as unknown as Record<"required" | "optional", object & (() => unknown)>;
  return { auth, loose, app: Fastify(), handler: vi.fn(() => "secret") };
}

describe.each(["required", "optional"] as const)("auth.%s without the parentheses", (name) => {
  const asks = new RegExp(`did you mean auth\\.${name}\\(\\), with the parentheses\\?`);

  test.each(["get", "post", "put", "all"] as const)("spread into the options of app.%s, throws", (method) => {
    const { loose, app, handler } = setUp();
    expect(() => app[method]("/me", { ...loose[name] }, handler)).toThrow(asks);
    expect(() => app[method]("/me", { bodyLimit: 1024, ...loose[name] }, handler)).toThrow(asks);
    expect(() => app[method]("/me", { ...loose[name], onRequest: async () => {} }, handler)).toThrow(asks);
    expect(() => app.route({ method: "GET", url: "/me", ...loose[name], handler })).toThrow(asks);
    expect(() => app.get("/me", Object.assign({ bodyLimit: 1024 }, loose[name]), handler)).toThrow(asks);
  });

  test("as the options themselves, is refused by Fastify", () => {
    const { loose, app, handler } = setUp();
    expect(() => app.get("/me", loose[name] as object, handler)).toThrow(
      /Options for "GET:\/me" route must be an object/,
    );
  });

  test("as the hook of an application, or the handler, lets nobody in", async () => {
    const { loose, app, handler } = setUp();
    app.get("/handled", loose[name]);
    app.register(async (inner) => {
      inner.addHook("onRequest", loose[name] as never);
      inner.get("/me", handler);
    });
    for (const url of ["/me", "/handled"]) {
      const answer = await app.inject({ url, headers: await idp.bearer() });
      expect(answer.statusCode).toBe(500);
      expect(answer.json().message).toMatch(asks);
    }
    expect(handler).not.toHaveBeenCalled();
  });

  test("its hooks taken apart, throws", () => {
    const { auth, app } = setUp();
    expect(() => app.addHook("onRequest", auth[name].onRequest as never)).toThrow(asks);
    expect(() => app.addHook("preValidation", auth[name].preValidation as never)).toThrow(asks);
  });

  test("is an error of types too", () => {
    const { auth, app } = setUp();
    expect(() =>
      // @ts-expect-error: no hook, but a sentence that says what was meant
      app.get("/me", { ...auth[name] }, () => "secret"),
    ).toThrow(asks);
    expect(() =>
      // @ts-expect-error
      app.post("/me", { bodyLimit: 1024, ...auth[name] }, () => "secret"),
    ).toThrow(asks);
  });
});
