import * as common from "@nestjs/common";
import { describe, expect, test } from "vitest";
import * as sallyport from "../../src/frameworks/nest.ts";
import { scope } from "../../src/index.ts";
import { bad, controllersOf, everything, marked, open, unmarked } from "./routes.ts";
import { adapters, bearer, listener, moduleOf, start } from "./start.ts";

const { Protected, Public } = sallyport;
const controllers = controllersOf({ common, sallyport });

describe.each(adapters)("NestJS on %s", (_name, adapter) => {
  test.each([
    ["global: true", true, [...marked, ...unmarked]],
    ["the decorators alone", false, [...marked, ...open]],
  ] as const)("%s: what each route takes", async (_setting, global, rows) => {
    const { get } = await start(adapter, moduleOf(controllers, { global }));
    for (const [path, headers, status, text] of rows) {
      const answer = await get(path, headers);
      const row = `${path} ${headers.authorization ? "with" : "without"} a token`;
      expect(`${row}: ${answer.status}`).toBe(`${row}: ${status}`);
      if (text !== undefined) expect(await answer.text(), row).toBe(text);
    }
  });

  test("DELETE with a requirement, and HEAD is protected as GET is", async () => {
    const { get } = await start(adapter, moduleOf(controllers, { global: true }));
    const remove = (claims: Record<string, unknown>) =>
      get("/users/7", bearer({ claims }), { method: "DELETE" });
    expect((await remove({ scope: "other" })).status).toBe(403);
    expect((await remove({ scope: "users:write" })).status).toBe(200);
    expect((await get("/me", {}, { method: "HEAD" })).status).toBe(401);
    expect((await get("/me", bearer(), { method: "HEAD" })).status).toBe(200);
  });

  test.each([true, false])(
    "a request is judged once, however many guards meet it (global: %s)",
    async (global) => {
      const { decisions, onEvent } = listener();
      const { get } = await start(adapter, moduleOf(controllers, { global, deps: { onEvent } }));
      await get("/reports/write", bearer({ claims: everything }));
      await get("/reports/write", bad);
      await get("/users/7", bearer({ claims: everything }), { method: "DELETE" });
      expect(decisions.map(({ outcome, method, route }) => [outcome, method, route])).toEqual([
        ["allowed", "GET", "/reports/write"],
        ["refused", "GET", "/reports/write"],
        ["allowed", "DELETE", "/users/:id"],
      ]);
      expect(decisions[0]?.requirement).toBe('(scopes ["reports:read"]) and (scopes ["reports:write"])');
    },
  );
});

describe("marks", () => {
  test("a method or class takes one of them", () => {
    expect(() => {
      class Twice {
        @Public() @Protected() method() {}
      }
      return Twice;
    }).toThrow(
      new TypeError(
        "method has more than one of @Protected, @MaybeProtected and @Public; join requirements with allOf or anyOf",
      ),
    );
    expect(() => {
      @Protected(scope("a"))
      @Protected(scope("b"))
      class Twice {}
      return Twice;
    }).toThrow("Twice has more than one of");
  });

  test("a class that is marked does not mark the class it extends", async () => {
    const { get } = await start(adapters[0][1], moduleOf(controllers));
    expect((await get("/stricter/inherited", bearer())).status).toBe(403);
    expect((await get("/reports/inherited", bearer())).status).toBe(403);
  });
});
