// `@Protected`, `@MaybeProtected`, `@Public` and `@Caller`.
import { applyDecorators, createParamDecorator, type ExecutionContext, UseGuards } from "@nestjs/common";
import type { Requirement } from "../authorize/index.ts";
import type { OptionalOptions } from "./common.ts";
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
export function Protected(needed?: Requirement): ClassDecorator & MethodDecorator {
  return applyDecorators(mark({ access: "protected", needed }), UseGuards(SallyportGuard));
}

/**
 * Anyone may come, but who brings a token is verified and meets the requirement. A bad token is refused, unless
 * `onInvalid: "anonymous"` lets its bearer in as nobody.
 */
export function MaybeProtected(
  needed?: Requirement,
  { onInvalid = "refuse" }: OptionalOptions = {},
): ClassDecorator & MethodDecorator {
  return applyDecorators(mark({ access: "optional", needed, onInvalid }), UseGuards(SallyportGuard));
}

/** Open to everyone, whatever the class and the module say. A token is not looked at. */
export function Public(): ClassDecorator & MethodDecorator {
  return mark({ access: "public" });
}

/**
 * The caller's `Identity`, as a parameter of a handler. On a route with `@MaybeProtected` it is `undefined` for nobody;
 * on a route that nothing protects the call fails (500), so that a forgotten decorator is seen at once.
 */
export const Caller: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => maybeCaller(context.switchToHttp().getRequest()),
);
