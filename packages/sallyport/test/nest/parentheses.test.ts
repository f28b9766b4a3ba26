// `@Protected` where `@Protected()` was meant: the application does not come to be, and no route is open.
import { describe, expect, test } from "vitest";
import { Caller, MaybeProtected, Protected, Public } from "../../src/frameworks/nest.ts";

describe.each([
  ["Protected", Protected],
  ["MaybeProtected", MaybeProtected],
  ["Public", Public],
  ["Caller", Caller],
] as const)("@%s", (name, given) => {
  // As a compiler calls decorators; TypeScript, where it checks types, says so before.
  const decorator = given as unknown as (...target: unknown[]) => unknown;
  const asks = `@${name} is called: did you mean @${name}(), with the parentheses?`;

  test("without the parentheses, on a class, a method or a parameter, throws", () => {
    class Orders {
      list() {}
    }
    const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, "list");
    expect(() => decorator(Orders)).toThrow(asks);
    expect(() => decorator(Orders.prototype, "list", descriptor)).toThrow(asks);
    expect(() => decorator(Orders.prototype, "list", 0)).toThrow(asks);
  });
});

test("@Protected() takes one requirement, and @MaybeProtected() knows its options", () => {
  const loose = { Protected, MaybeProtected } as unknown as Record<string, (...given: unknown[]) => unknown>;
  expect(() => loose.Protected?.({ roles: ["a"] }, { roles: ["b"] })).toThrow(/join several by allOf\(\)/);
  expect(() => loose.MaybeProtected?.(undefined, { onInvald: "anonymous" })).toThrow(
    "@MaybeProtected has no option `onInvald`; did you mean `onInvalid`?",
  );
  expect(() => loose.MaybeProtected?.({ onInvalid: "anonymous" })).toThrow(
    "@MaybeProtected: `onInvalid` is no requirement: it belongs into the options, the last argument",
  );
});
