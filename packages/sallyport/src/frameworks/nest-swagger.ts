// `sallyport/nest/swagger`: the document of `@nestjs/swagger`, with what the decorators of `sallyport/nest` say.
import "reflect-metadata";
import type { INestApplicationContext } from "@nestjs/common";
import { MetadataScanner, ModulesContainer } from "@nestjs/core";
import { createOpenApi, type GuardNotes, type OpenApiOptions } from "../openapi/index.ts";
import { GATES, type Gates, type GuardedRoute } from "./nest-gates.ts";
import { isGuarded } from "./nest-guard.ts";
import type { Marked } from "./nest-marks.ts";
import { SallyportResourceModule } from "./nest-resource.ts";

export type { OpenApiOptions } from "../openapi/index.ts";

// The metadata that `@nestjs/swagger` 7 to 12 reads: of a method only its extensions, of a class only its security. Which
// method of which class made an operation is told by nothing else: classes share the methods that they inherit.
const extensions = "swagger/apiExtension";
const security = "swagger/apiSecurity";
const handlerMark = "x-sallyport-handler";
const controllerMark = "x-sallyport-controller ";

type Operation = Record<string, unknown> & { security?: Record<string, string[]>[] };

/** A document of `@nestjs/swagger`, as far as it is read here. */
interface Documented {
  readonly paths?: Record<string, Record<string, unknown>>;
  readonly webhooks?: Record<string, Record<string, unknown>>;
  readonly components?: { readonly securitySchemes?: object };
}

/**
 * Makes a document in which protected routes have their `security` and their refusals, and the schemes are declared. What
 * `@ApiBearerAuth`, `@ApiSecurity` and `@ApiResponse` say of a route is kept.
 *
 * @param build makes the document; the metadata of `@nestjs/swagger` holds marks of ours for as long as it runs
 * @throws TypeError where an option is unknown or of the wrong form
 *
 * @example
 * ```ts
 * const document = applySallyport(app, () => SwaggerModule.createDocument(app, config));
 * SwaggerModule.setup("docs", app, document);
 * ```
 */
export function applySallyport<Document extends object>(
  app: Pick<INestApplicationContext, "get">,
  build: () => Document,
  options?: OpenApiOptions,
): Document {
  const gates: Gates = app.get(GATES, { strict: false });
  const container: ModulesContainer = app.get(ModulesContainer, { strict: false });
  const { handlers, controllers } = routesOf(container);
  const kits = kitsOf(gates, container, options);
  const undo = [
    ...handlers.map((handler, index) =>
      setMetadata(extensions, handler, (own) => ({ ...(own as object), [handlerMark]: index })),
    ),
    ...controllers.map((controller, index) =>
      setMetadata(security, controller, (own) => [
        ...((own ?? []) as object[]),
        { [controllerMark + index]: [] },
      ]),
    ),
  ];
  let document: Document & Documented;
  try {
    document = build();
  } finally {
    for (const restore of undo) restore();
  }

  const securitySchemes: Record<string, object> = {};
  const describe = (operation: unknown, isPath: boolean): unknown => {
    if (typeof operation !== "object" || operation === null || Array.isArray(operation)) return operation;
    const { own, ...marks } = readMarks(operation);
    const controller = controllers[marks.controller as number];
    const handler = handlers[marks.handler as number];
    const route = isPath && controller && handler ? routeOf(gates, controller, handler) : undefined;
    const kit = route && kits.get(route.kit.notes);
    const rule = kit?.ruleOf([route?.gate]);
    if (!kit || !rule) return own;
    Object.assign(securitySchemes, kit.components.securitySchemes);
    return kit.describe(rule, own);
  };
  const each = (items: Documented["paths"], isPath: boolean) =>
    mapValues(items ?? {}, (item) => mapValues(item, (operation) => describe(operation, isPath)));
  const { paths, webhooks, components } = document;
  const own = kits.get(gates.kit.notes);
  if (gates.kit.hasRouter) Object.assign(securitySchemes, own?.components.securitySchemes);
  const described = {
    ...document,
    ...(paths ? { paths: { ...own?.paths, ...each(paths, true) } } : {}),
    ...(webhooks ? { webhooks: each(webhooks, false) } : {}),
  };
  if (Object.keys(securitySchemes).length === 0) return described;
  const schemes = { ...securitySchemes, ...components?.securitySchemes };
  return { ...described, components: { ...components, securitySchemes: schemes } };
}

/** One for the application, and one for each resource of its own, whose controllers may not have been taken over yet. */
function kitsOf(gates: Gates, container: ModulesContainer, options: OpenApiOptions | undefined) {
  const resources = [...container.values()]
    .filter(({ metatype }) => metatype === SallyportResourceModule)
    .map(({ instance }) => (instance as unknown as SallyportResourceModule).adopt());
  const among = [gates, ...resources].map(({ kit }) => kit.notes);
  return new Map<GuardNotes, ReturnType<typeof createOpenApi>>(
    among.map((notes) => [notes, createOpenApi(notes, options, among)]),
  );
}

function routesOf(container: ModulesContainer): {
  handlers: readonly Marked[];
  controllers: readonly Marked[];
} {
  const handlers = new Set<Marked>();
  const controllers = new Set<Marked>();
  const scanner = new MetadataScanner();
  for (const { metatype } of [...container.values()].flatMap((one) => [...one.controllers.values()])) {
    if (typeof metatype !== "function") continue;
    controllers.add(metatype);
    const { prototype } = metatype as { readonly prototype: Record<string, unknown> };
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name];
      if (typeof handler === "function") handlers.add(handler);
    }
  }
  return { handlers: [...handlers], controllers: [...controllers] };
}

/** Sets metadata by what is there; the answer puts back what was. */
function setMetadata(key: string, target: Marked, next: (own: unknown) => unknown): () => void {
  const had = Reflect.hasOwnMetadata(key, target);
  const own: unknown = Reflect.getOwnMetadata(key, target);
  Reflect.defineMetadata(key, next(Reflect.getMetadata(key, target)), target);
  return () => {
    if (had) Reflect.defineMetadata(key, own, target);
    else Reflect.deleteMetadata(key, target);
  };
}

/** Which method of which class made an operation, and the operation without our marks. */
function readMarks(operation: unknown): {
  readonly handler: unknown;
  readonly controller: unknown;
  readonly own: Operation;
} {
  const { [handlerMark]: handler, security: list = [], ...rest } = operation as Operation;
  const marks = list.flatMap((one) => Object.keys(one).filter((name) => name.startsWith(controllerMark)));
  const others = list.filter((one) => !Object.keys(one).some((name) => name.startsWith(controllerMark)));
  // A class comes after those that it extends.
  const controller = Number(marks.at(-1)?.slice(controllerMark.length));
  return { handler, controller, own: { ...rest, ...(others.length > 0 ? { security: others } : {}) } };
}

function routeOf(gates: Gates, controller: Marked, handler: Marked): GuardedRoute | undefined {
  return gates.everywhere || isGuarded(controller, handler) ? gates.routeOf(controller, handler) : undefined;
}

function mapValues<From, To>(from: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, map(value)]));
}
