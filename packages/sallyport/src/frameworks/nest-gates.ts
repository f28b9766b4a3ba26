// What stands behind the guard, the decorators and the service: the gate of each route, and who came in.
import type { NodeMessage } from "../http/index.ts";
import type { Identity } from "../identity.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import { type Auth, createKit, type Gate, type Kit } from "./common.ts";
import { nodeRequest } from "./nest-exchange.ts";
import { type Marked, markOf } from "./nest-marks.ts";

/** What stands in front of one route. */
export interface GuardedRoute {
  readonly gate: Gate<NodeMessage>;
  /** Whether nobody in particular may come, too. */
  readonly optional: boolean;
  /** Whose gate it is: one resource of several. */
  readonly kit: Kit<unknown, NodeMessage>;
}

/** One application's gates. */
export interface Gates {
  readonly kit: Kit<unknown, NodeMessage>;
  /** Whether routes without a decorator are protected too. */
  readonly everywhere: boolean;
  /** A route's gate, `undefined` where it is public. */
  routeOf(controller: Marked, handler: Marked): GuardedRoute | undefined;
  /**
   * Hands a controller over to the gates of another resource, before the first of its routes is asked for.
   *
   * @throws TypeError where it belongs to a third one
   */
  assign(controller: Marked, gates: Gates): void;
}

/** Provides the {@link Gates}. */
export const GATES = Symbol("sallyport gates");

/** @throws TypeError where an option is unknown, missing, of the wrong form or contradicts another */
export function createGates(
  everywhere: boolean,
  options: SallyportOptions | undefined,
  deps: SallyportDeps<unknown> | undefined,
): Gates {
  const kit = createKit<unknown, NodeMessage>(options, deps, new WeakMap());
  // By class first: a class that extends another may share its methods, not its rules.
  const owners = new Map<Marked, Gates>();
  const compiled = new WeakMap<Marked, WeakMap<Marked, GuardedRoute | "public">>();

  function compile(controller: Marked, handler: Marked): GuardedRoute | "public" {
    const owner = owners.get(controller);
    if (owner) return owner.routeOf(controller, handler) ?? "public";
    const mark = markOf(controller, handler) ?? { access: "protected" };
    if (mark.access === "public") return "public";
    const { access, needed, onInvalid = "refuse", by } = mark;
    const optional = access === "optional";
    try {
      const rules = optional ? { optional, onInvalid, by } : { by };
      return { gate: kit.note(kit.gate(needed, rules), needed, rules), optional, kit };
    } catch (error) {
      const what = error instanceof Error ? error.message : "it is not a requirement";
      throw new TypeError(`The requirement of ${controller.name}.${handler.name} is refused: ${what}`, {
        cause: error,
      });
    }
  }

  function routeOf(controller: Marked, handler: Marked): GuardedRoute | undefined {
    let routes = compiled.get(controller);
    if (!routes) {
      routes = new WeakMap();
      compiled.set(controller, routes);
    }
    let route = routes.get(handler);
    if (!route) {
      route = compile(controller, handler);
      routes.set(handler, route);
    }
    return route === "public" ? undefined : route;
  }

  function assign(controller: Marked, gates: Gates): void {
    if ((owners.get(controller) ?? gates) !== gates) {
      throw new TypeError(
        `${controller.name} belongs to two resources: let one module with SallyportModule.forResource() have it`,
      );
    }
    owners.set(controller, gates);
  }

  return { kit, everywhere, routeOf, assign };
}

/** Whose gate let a request in: a decorator has nothing injected, and finds who came by the request alone. */
const entered = new WeakMap<NodeMessage, Kit<unknown, NodeMessage>>();

/** Remembers whose gate let a request in last. */
export function enter(message: NodeMessage, kit: Kit<unknown, NodeMessage>): void {
  entered.set(message, kit);
}

/**
 * Whoever let a request in. `request` is Express's, Fastify's or Node's.
 *
 * @throws TypeError where nothing protects the route: an answer of "nobody" would be a lie
 */
export function authOf(request: unknown): Auth<unknown, NodeMessage> {
  const kit = entered.get(nodeRequest(request));
  if (kit) return kit.auth;
  throw new TypeError(
    "No caller is known: the route is not protected. Add @Protected() or @MaybeProtected()",
  );
}

/**
 * The caller, or `undefined` for nobody on a route where that may be.
 *
 * @throws TypeError as {@link authOf}
 */
export function maybeCaller(request: unknown): Identity<unknown> | undefined {
  return authOf(request).maybeIdentity(nodeRequest(request));
}
