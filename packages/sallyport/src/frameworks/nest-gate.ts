// What stands behind the guard, the decorators and the service: the guards of the routes, and who came in.
import type { Guard } from "../http/index.ts";
import type { Core } from "../sallyport.ts";
import { type Marked, markOf } from "./nest-marks.ts";

/** One application's guards. */
export interface Gate {
  readonly core: Core<unknown>;
  /** Whether routes without a decorator are protected too. */
  readonly everywhere: boolean;
  /** The compiled guard of a route, `undefined` where it is public. */
  guardOf(controller: Marked, handler: Marked): Guard<unknown> | undefined;
  /** Whether the route has a decorator, or its class. */
  isMarked(controller: Marked, handler: Marked): boolean;
}

/** Provides the {@link Gate}. */
export const GATE = Symbol("sallyport gate");

export function createGate(core: Core<unknown>, everywhere: boolean): Gate {
  // By class first: a class that extends another may share its methods, not its rules.
  const compiled = new WeakMap<Marked, WeakMap<Marked, Guard<unknown> | "public">>();

  function compile(controller: Marked, handler: Marked): Guard<unknown> | "public" {
    const mark = markOf(controller, handler) ?? { access: "protected" };
    if (mark.access === "public") return "public";
    const { access, needed, onInvalid } = mark;
    try {
      return core.guard(needed, {
        optional: access === "optional",
        ...(onInvalid === undefined ? {} : { onInvalid }),
      });
    } catch (error) {
      const what = error instanceof Error ? error.message : "it is not a requirement";
      throw new TypeError(`The requirement of ${controller.name}.${handler.name} is refused: ${what}`, {
        cause: error,
      });
    }
  }

  function guardOf(controller: Marked, handler: Marked): Guard<unknown> | undefined {
    let routes = compiled.get(controller);
    if (!routes) {
      routes = new WeakMap();
      compiled.set(controller, routes);
    }
    let guard = routes.get(handler);
    if (!guard) {
      guard = compile(controller, handler);
      routes.set(handler, guard);
    }
    return guard === "public" ? undefined : guard;
  }

  return { core, everywhere, guardOf, isMarked: (...route) => markOf(...route) !== undefined };
}
