// The way in that a class and its methods insist on, joined as requirements are.
import { expect, test } from "vitest";
import { MaybeProtected, Protected, Public, role } from "../../src/frameworks/nest.ts";
import { markOf } from "../../src/frameworks/nest-marks.ts";

@Protected(role("Reader"), { by: "session" })
class Pages {
  list() {}
  @Protected(role("Admin")) admin() {}
  @Protected(undefined, { by: "token" }) feed() {}
  @MaybeProtected(undefined, { by: "token", onInvalid: "anonymous" }) maybe() {}
  @Public() open() {}
}

@Protected()
class Inherited extends Pages {}

const pages = Pages.prototype;

test.each([
  ["what the class says", Pages, pages.list, "session"],
  ["a requirement of the method's own leaves it", Pages, pages.admin, "session"],
  ["a way of the method's own takes its place", Pages, pages.feed, "token"],
  ["on an optional route too", Pages, pages.maybe, "token"],
  ["a class that extends it", Inherited, pages.list, "session"],
  ["nothing of it is left on a public one", Pages, pages.open, undefined],
] as const)("%s", (_name, controller, handler, by) => {
  expect(markOf(controller, handler)?.by).toBe(by);
});
