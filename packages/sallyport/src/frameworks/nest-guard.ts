// The guard as Nest runs it: for routes that ask for it, and for all of them.
import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { chain } from "../chain.ts";
import { type Answer, letIn } from "../http/index.ts";
import { type AdapterResponse, answer, factsOf, headersOf, nodeRequest } from "./nest-exchange.ts";
import { enter, GATES, type Gates, type GuardedRoute } from "./nest-gates.ts";
import type { Marked } from "./nest-marks.ts";

/**
 * Protects the routes it is put on: `@UseGuards(SallyportGuard)`. What is required comes from `@Protected`,
 * `@MaybeProtected` and `@Public`, which bring the guard along; without any of them it takes a valid token.
 *
 * It guards HTTP. Asked about a GraphQL field, a message or a socket it throws, which is no access.
 */
@Injectable()
export class SallyportGuard implements CanActivate {
  readonly #gates: Gates;
  readonly #host: HttpAdapterHost;

  constructor(@Inject(GATES) gates: Gates, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#gates = gates;
    this.#host = host;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const route = this.#gates.routeOf(context.getClass(), context.getHandler());
    if (route === undefined) return true;
    const type = context.getType<string>();
    if (type !== "http") {
      throw new TypeError(
        `Sallyport guards HTTP routes, and ${context.getClass().name}.${context.getHandler().name} is called by ${type}: guard it by other means and mark it @Public()`,
      );
    }
    const http = context.switchToHttp();
    return this.#judge(route, http.getRequest(), http.getResponse());
  }

  #judge(
    { gate, optional, kit }: GuardedRoute,
    request: unknown,
    response: AdapterResponse,
  ): boolean | Promise<boolean> {
    const message = nodeRequest(request);
    // The guard of a class, of a method and of the whole application may all be this one: a request is judged once.
    if (kit.hasPassed(message, gate)) {
      enter(message, kit);
      return true;
    }
    const { httpAdapter } = this.#host;
    const facts = factsOf(request);
    return chain(gate(message, facts), (refused: Answer | undefined) => {
      if (refused) return answer(refused, response, httpAdapter);
      enter(message, kit);
      letIn(facts, optional, response, headersOf(httpAdapter));
      return true;
    });
  }
}

/** The application's guard. It leaves what nobody marked alone, unless `global` is set. */
@Injectable()
export class EverywhereGuard implements CanActivate {
  readonly #gates: Gates;
  readonly #guard: SallyportGuard;

  constructor(@Inject(GATES) gates: Gates, @Inject(SallyportGuard) guard: SallyportGuard) {
    this.#gates = gates;
    this.#guard = guard;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.#gates.everywhere ? this.#guard.canActivate(context) : true;
  }
}

/** Whether a route has {@link SallyportGuard} by `@UseGuards`, which the decorators bring along. */
export function isGuarded(controller: Marked, handler: Marked): boolean {
  const guards = [controller, handler].flatMap(
    (one) => Reflect.getMetadata("__guards__", one) ?? [],
  ) as unknown[];
  return guards.some((guard) => guard === SallyportGuard || guard instanceof SallyportGuard);
}
