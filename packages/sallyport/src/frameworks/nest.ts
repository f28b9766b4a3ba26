// `sallyport/nest`: the module, for NestJS 10 to 12 on Express or Fastify.
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from "@nestjs/common";
import { APP_GUARD, MetadataScanner, ModulesContainer } from "@nestjs/core";
import type { JsonObject } from "../identity.ts";
import { createCore, type SallyportDeps, type SallyportOptions } from "../sallyport.ts";
import { createGate, GATE, type Gate } from "./nest-gate.ts";
import { EverywhereGuard, SallyportGuard } from "./nest-guard.ts";
import { Sallyport } from "./nest-service.ts";

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
  // biome-ignore lint/suspicious/noExplicitAny: what is injected is the application's to type, as in Nest's own modules.
  readonly useFactory: (
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
export class SallyportModule implements OnModuleInit, OnApplicationShutdown {
  readonly #gate: Gate;
  readonly #container: ModulesContainer;

  constructor(@Inject(GATE) gate: Gate, @Inject(ModulesContainer) container: ModulesContainer) {
    this.#gate = gate;
    this.#container = container;
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

  /** Compiles the guard of every marked route, so that a requirement that is none is found before the first request. */
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
        if (typeof handler === "function" && this.#gate.isMarked(metatype, handler)) {
          this.#gate.guardOf(metatype, handler);
        }
      }
    }
  }

  /** Runs once the server takes no more requests. */
  onApplicationShutdown(): Promise<void> {
    return this.#gate.core.close();
  }
}

function moduleWith(settings: Provider): DynamicModule {
  const providers: Provider[] = [
    settings,
    // Nest 10 tells modules apart by their serialised definition, in which two factories look the same.
    { provide: Symbol("sallyport module"), useValue: modules++ },
    { provide: GATE, inject: [SETTINGS], useFactory: gateOf },
    { provide: Sallyport, inject: [GATE], useFactory: ({ core }: Gate) => new Sallyport(core) },
    SallyportGuard,
    { provide: APP_GUARD, useClass: EverywhereGuard },
  ];
  return { module: SallyportModule, global: true, providers, exports: [GATE, Sallyport, SallyportGuard] };
}

function gateOf({ global: everywhere = false, deps, ...options }: SallyportModuleOptions<unknown>): Gate {
  if (typeof everywhere !== "boolean") throw new TypeError("SallyportModule: `global` takes true or false");
  return createGate(
    createCore<unknown>(Object.keys(options).length === 0 ? undefined : options, deps),
    everywhere,
  );
}
