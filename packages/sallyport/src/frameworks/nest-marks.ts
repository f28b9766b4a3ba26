// What the decorators say of a class or a method, and how both together make the rule of one route.
import "reflect-metadata";
import type { Requirement } from "../authorize/index.ts";
import type { GuardOptions } from "../http/index.ts";

/** What one decorator says. */
export interface Mark {
  readonly access: "protected" | "optional" | "public";
  readonly needed?: Requirement | undefined;
  readonly onInvalid?: GuardOptions["onInvalid"];
  readonly by?: GuardOptions["by"];
}

/** A class or the function of a method: what Nest hands to a guard, and what metadata hangs on. */
// biome-ignore lint/complexity/noBannedTypes: Nest's own `ExecutionContext` names them so.
export type Marked = Function;

const key = Symbol.for("sallyport:mark");

/**
 * Marks a class or a method. It is metadata, as Nest's own decorators write it: a decorator that wraps a method and
 * copies the method's metadata copies the guard and its requirement together, or neither.
 *
 * @throws TypeError where the class or method is marked already
 */
export function mark(value: Mark): ClassDecorator & MethodDecorator {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const marked: object = descriptor?.value ?? target;
    if (Reflect.hasOwnMetadata(key, marked)) {
      throw new TypeError(
        `${name === undefined ? (target as Marked).name : String(name)} has more than one of @Protected, @MaybeProtected and @Public; join requirements with allOf or anyOf`,
      );
    }
    Reflect.defineMetadata(key, value, marked);
  };
}

/**
 * The mark of a route: the method's, else the class's, else that of a class it extends. Requirements of all of them
 * hold together; whatever is above a `@Public()` is forgotten.
 */
export function markOf(controller: Marked, handler: Marked): Mark | undefined {
  let joined: Mark | undefined;
  for (const target of [...ancestry(controller), handler]) {
    const own = Reflect.getOwnMetadata(key, target) as Mark | undefined;
    if (own !== undefined) joined = join(joined, own);
  }
  return joined;
}

/** What a method says of the way in takes the place of what its class says. */
function join(outer: Mark | undefined, inner: Mark): Mark {
  if (inner.access === "public" || outer === undefined) return inner;
  const by = inner.by ?? outer.by;
  if (outer.needed === undefined) return { ...inner, by };
  return { ...inner, by, needed: inner.needed ? { allOf: [outer.needed, inner.needed] } : outer.needed };
}

/** A class and those it extends, the outermost first. */
function ancestry(controller: Marked): Marked[] {
  const parent: unknown = Object.getPrototypeOf(controller);
  const above = typeof parent === "function" && parent !== Function.prototype ? ancestry(parent) : [];
  return [...above, controller];
}
