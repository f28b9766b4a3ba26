// The guard as Nest runs it: for routes that ask for it, and for all of them.
import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { chain } from "../chain.ts";
import { type Guard, type Outcome, Refused } from "../http/index.ts";
import { factsOf, refuse } from "./nest-exchange.ts";
import { GATE, type Gate } from "./nest-gate.ts";
import { admit, visitOf } from "./nest-visits.ts";

/**
 * Protects the routes it is put on: `@UseGuards(SallyportGuard)`. What is required comes from `@Protected`,
 * `@MaybeProtected` and `@Public`, which bring the guard along; without any of them it takes a valid token.
 *
 * It guards HTTP. Asked about a GraphQL field, a message or a socket it throws, which is no access.
 */
@Injectable()
export class SallyportGuard implements CanActivate {
  readonly #gate: Gate;
  readonly #host: HttpAdapterHost;

  constructor(@Inject(GATE) gate: Gate, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#gate = gate;
    this.#host = host;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const guard = this.#gate.guardOf(context.getClass(), context.getHandler());
    if (guard === undefined) return true;
    const type = context.getType<string>();
    if (type !== "http") {
      throw new Error(
        `Sallyport guards HTTP routes, and ${context.getClass().name}.${context.getHandler().name} is called by ${type}: guard it by other means and mark it @Public()`,
      );
    }
    const http = context.switchToHttp();
    return this.#judge(guard, http.getRequest(), http.getResponse());
  }

  #judge(guard: Guard<unknown>, request: unknown, response: unknown): boolean | Promise<boolean> {
    // The guard of a class, of a method and of the whole application may all be this one: a request is judged once.
    if (visitOf(request)?.guard === guard) return true;
    return chain(guard(factsOf(request)), (outcome: Outcome<unknown>) => {
      if (!(outcome instanceof Refused)) {
        admit(request, { guard, identity: outcome });
        return true;
      }
      if (this.#gate.core.refuse === "throw") throw outcome.error;
      return refuse(outcome, response, this.#host.httpAdapter);
    });
  }
}

/** The application's guard. It leaves what nobody marked alone, unless `global` is set. */
@Injectable()
export class EverywhereGuard implements CanActivate {
  readonly #gate: Gate;
  readonly #guard: SallyportGuard;

  constructor(@Inject(GATE) gate: Gate, @Inject(SallyportGuard) guard: SallyportGuard) {
    this.#gate = gate;
    this.#guard = guard;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.#gate.everywhere ? this.#guard.canActivate(context) : true;
  }
}
