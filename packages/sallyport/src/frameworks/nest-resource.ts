// One more resource in a Nest application: the controllers of the modules that import it are guarded by its own options.
import { Inject, Module, type NestModule, type OnApplicationShutdown } from "@nestjs/common";
import { HttpAdapterHost, ModulesContainer } from "@nestjs/core";
import { GATES, type Gates } from "./nest-gates.ts";
import { serveMetadata } from "./nest-metadata.ts";

/** Provides the gates of one more resource. */
export const RESOURCE_GATES = Symbol("sallyport resource gates");

/** What `SallyportModule.forResource` makes. */
@Module({})
export class SallyportResourceModule implements NestModule, OnApplicationShutdown {
  readonly #own: Gates;
  readonly #all: Gates;
  readonly #container: ModulesContainer;
  readonly #host: HttpAdapterHost;

  constructor(
    @Inject(RESOURCE_GATES) own: Gates,
    @Inject(GATES) all: Gates,
    @Inject(ModulesContainer) container: ModulesContainer,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#own = own;
    this.#all = all;
    this.#container = container;
    this.#host = host;
  }

  /** Runs before any route is there. */
  configure(): void {
    this.adopt();
    const { document } = this.#own.kit;
    if (document) serveMetadata(this.#host.httpAdapter, document);
  }

  /** Takes over its controllers before a gate of theirs is compiled; once more does nothing. */
  adopt(): Gates {
    const modules = [...this.#container.values()];
    const importers = modules.filter(({ imports }) => [...imports].some(({ instance }) => instance === this));
    for (const { metatype } of importers.flatMap(({ controllers }) => [...controllers.values()])) {
      if (typeof metatype === "function") this.#all.assign(metatype, this.#own);
    }
    return this.#own;
  }

  /** Runs once the server takes no more requests. */
  onApplicationShutdown(): Promise<void> {
    return this.#own.kit.auth.close();
  }
}
