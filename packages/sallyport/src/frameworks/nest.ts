// `sallyport/nest`: the module, for NestJS 10 to 12 on Express or Fastify.
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, HttpAdapterHost, MetadataScanner, ModulesContainer } from "@nestjs/core";
import type { JsonObject } from "../identity.ts";
import type { SallyportDeps, SallyportOptions } from "../sallyport.ts";
import { PlainAnswerFilter } from "./nest-exchange.ts";
import { createGates, GATES, type Gates } from "./nest-gates.ts";
import { EverywhereGuard, SallyportGuard } from "./nest-guard.ts";
import { serveMetadata, serveRouter } from "./nest-metadata.ts";
import { RESOURCE_GATES, SallyportResourceModule } from "./nest-resource.ts";
import { Sallyport } from "./nest-service.ts";

export * from "./exports.ts";
export { Caller, MaybeProtected, Protected, Public } from "./nest-decorators.ts";
export { SallyportGuard } from "./nest-guard.ts";
export { type NodeMiddleware, Sallyport } from "./nest-service.ts";

/** Options of {@link SallyportModule.forRoot}: those of `sallyport()`, and how it sits in the application. */
export interface SallyportModuleOptions<Claims = JsonObject> extends SallyportOptions {
  /** Whether every route is protected but those marked `@Public()`. Default: false, only marked ones are. */
  readonly global?: boolean;
  /** What is alive: `fetch`, `logger`, audit sinks, a claims schema. */
  readonly deps?: SallyportDeps<Claims>;
}

/** How {@link SallyportModule.forRootAsync} comes by its options. */
export interface SallyportModuleAsyncOptions<Claims = JsonObject> extends Pick<ModuleMetadata, "imports"> {
  readonly inject?: FactoryProvider["inject"];
  readonly useFactory: (
    // biome-ignore lint/suspicious/noExplicitAny: what is injected is the application's to type, as in Nest's modules.
    ...injected: any[]
  ) => SallyportModuleOptions<Claims> | Promise<SallyportModuleOptions<Claims>>;
}

const SETTINGS = Symbol("sallyport settings");
let modules = 0;

/**
 * Import it once, at the root; its decorators then work in every module.
 *
 * @example
 * ```ts
 * @Module({ imports: [SallyportModule.forRoot({ issuer, audience: "my-api", global: true })] })
 * class AppModule {}
 * ```
 */
@Module({})
export class SallyportModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #gates: Gates;
  readonly #container: ModulesContainer;
  readonly #host: HttpAdapterHost;

  constructor(
    @Inject(GATES) gates: Gates,
    @Inject(ModulesContainer) container: ModulesContainer,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#gates = gates;
    this.#container = container;
    this.#host = host;
  }

  /**
   * With options at hand. Without any (but `global` and `deps`), the environment is read. What is wrong with them
   * keeps the application from starting.
   */
  static forRoot<Claims = JsonObject>(options: SallyportModuleOptions<Claims> = {}): DynamicModule {
    return moduleWith({ provide: SETTINGS, useFactory: () => options });
  }

  /** With options from a factory, such as one that has the `ConfigService` injected. */
  static forRootAsync<Claims = JsonObject>({
    imports = [],
    inject = [],
    useFactory,
  }: SallyportModuleAsyncOptions<Claims>): DynamicModule {
    return { ...moduleWith({ provide: SETTINGS, useFactory, inject }), imports };
  }

  /**
   * One more resource of the same application (RFC 9728 §1.2), with an identifier, an audience and a metadata document of
   * its own: for the controllers of the modules that import it, beside `forRoot()`.
   *
   * @example
   * ```ts
   * @Module({
   *   imports: [SallyportModule.forResource({ issuer, audience: tools, resource: tools })],
   *   controllers: [ToolsController],
   * })
   * class ToolsModule {}
   * ```
   */
  static forResource<Claims = JsonObject>(
    options: Omit<SallyportModuleOptions<Claims>, "global">,
  ): DynamicModule {
    const { deps, ...rest } = options;
    const gates = { provide: RESOURCE_GATES, useFactory: () => createGates(false, rest, deps) };
    return { module: SallyportResourceModule, providers: [gates, apart()] };
  }

  /** Serves the resource's metadata document, and the endpoints of the sign-in, where there are any. */
  configure(): void {
    const { document, hasRouter, routing } = this.#gates.kit;
    if (document) serveMetadata(this.#host.httpAdapter, document);
    if (hasRouter) serveRouter(this.#host.httpAdapter, routing());
  }

  /** Compiles the gate of every route, so that a requirement that is none is found before the first request. */
  onModuleInit(): void {
    const all = [...this.#container.values()];
    if (all.filter(({ metatype }) => metatype === SallyportModule).length > 1) {
      throw new TypeError(
        "SallyportModule is imported with more than one configuration; import it once, and name several issuers under `issuers`",
      );
    }
    const scanner = new MetadataScanner();
    for (const { metatype } of all.flatMap(({ controllers }) => [...controllers.values()])) {
      if (typeof metatype !== "function") continue;
      const { prototype } = metatype as { readonly prototype: Record<string, unknown> };
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name];
        if (typeof handler === "function") this.#gates.routeOf(metatype, handler);
      }
    }
  }

  /** Runs once the server takes no more requests. */
  onApplicationShutdown(): Promise<void> {
    return this.#gates.kit.auth.close();
  }
}

function moduleWith(settings: Provider): DynamicModule {
  const providers: Provider[] = [
    settings,
    apart(),
    { provide: GATES, inject: [SETTINGS], useFactory: gatesOf },
    { provide: Sallyport, inject: [GATES], useFactory: (gates: Gates) => new Sallyport(gates) },
    SallyportGuard,
    { provide: APP_GUARD, useClass: EverywhereGuard },
    { provide: APP_FILTER, useClass: PlainAnswerFilter },
  ];
  return { module: SallyportModule, global: true, providers, exports: [GATES, Sallyport, SallyportGuard] };
}

/** Nest 10 tells modules apart by their serialised definition, in which two factories look the same. */
function apart(): Provider {
  return { provide: Symbol("sallyport module"), useValue: modules++ };
}

function gatesOf({ global = false, deps, ...options }: SallyportModuleOptions<unknown>): Gates {
  if (typeof global !== "boolean") throw new TypeError("SallyportModule: `global` takes true or false");
  return createGates(global, Object.keys(options).length === 0 ? undefined : options, deps);
}
