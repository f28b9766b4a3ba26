// `@Protected`, `@MaybeProtected`, `@Public` and `@Caller`.
import { applyDecorators, createParamDecorator, type ExecutionContext, UseGuards } from "@nestjs/common";
import type { Requirement } from "../authorize/index.ts";
import { type OptionalOptions, optionalRules, type RequiredOptions, requiredRules } from "./arguments.ts";
import { maybeCaller } from "./nest-gates.ts";
import { SallyportGuard } from "./nest-guard.ts";
import { mark } from "./nest-marks.ts";

/**
 * Only callers with a valid token that meets the requirement. On a class it holds for every route; what a method adds
 * is required as well.
 *
 * @example
 * ```ts
 * @Protected(scope("users:read"))
 * @Controller("users")
 * class Users {
 *   @Get() list() {}                             // users:read
 *   @Protected(role("Admin")) @Delete() clear() {} // users:read and Admin
 * }
 * ```
 */
export function Protected(needed?: Requirement, options?: RequiredOptions): ClassDecorator & MethodDecorator;
export function Protected(...given: readonly unknown[]): ClassDecorator & MethodDecorator {
  refuseTarget("@Protected", given);
  const { needed, rules } = requiredRules(given, "@Protected");
  return applyDecorators(mark({ access: "protected", needed, by: rules.by }), UseGuards(SallyportGuard));
}

/**
 * Anyone may come, but who brings a token is verified and meets the requirement. A bad token is refused, unless
 * `onInvalid: "anonymous"` lets its bearer in as nobody.
 */
export function MaybeProtected(
  needed?: Requirement,
  options?: OptionalOptions,
): ClassDecorator & MethodDecorator;
export function MaybeProtected(...given: readonly unknown[]): ClassDecorator & MethodDecorator {
  refuseTarget("@MaybeProtected", given);
  const { needed, rules } = optionalRules(given, "@MaybeProtected");
  const { onInvalid, by } = rules;
  return applyDecorators(mark({ access: "optional", needed, onInvalid, by }), UseGuards(SallyportGuard));
}

/** Open to everyone, whatever the class and the module say. A token is not looked at. */
export function Public(): ClassDecorator & MethodDecorator;
export function Public(...given: readonly unknown[]): ClassDecorator & MethodDecorator {
  refuseTarget("@Public", given);
  return mark({ access: "public" });
}

/**
 * The caller's `Identity`, as a parameter of a handler. On a route with `@MaybeProtected` it is `undefined` for nobody;
 * on a route that nothing protects the call fails (500), so that a forgotten decorator is seen at once.
 */
export const Caller: () => ParameterDecorator = (...given: readonly unknown[]) => {
  refuseTarget("@Caller", given);
  return callerOf();
};

const callerOf = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  maybeCaller(context.switchToHttp().getRequest()),
);

/**
 * A decorator without its parentheses is called with what it decorates: a class, or a prototype, a name and a descriptor or
 * an index. It would return a decorator, which nobody calls, and the route would be open.
 */
function refuseTarget(name: string, given: readonly unknown[]): void {
  if (given.length > 2 || typeof given[0] === "function") {
    throw new TypeError(`${name} is called: did you mean ${name}(), with the parentheses?`);
  }
}
