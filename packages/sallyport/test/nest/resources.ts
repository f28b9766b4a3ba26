// Several resources in a Nest application: the first is the application's, each other one a module's.
import { Controller, Get, type INestApplication, Module, type Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { ExpressAdapter } from "@nestjs/platform-express";
import type { FastifyAdapter } from "@nestjs/platform-fastify";
import { Protected, SallyportModule } from "../../src/frameworks/nest.ts";
import type { MakeApplication, Resource } from "../resource/servers.ts";

export const nestResources =
  (adapter: () => ExpressAdapter | FastifyAdapter): MakeApplication =>
  async (resources, { everywhere = false } = {}) => {
    const [first, ...others] = resources as readonly [Resource, ...Resource[]];
    const controllers = everywhere ? [routeOf(first), CatchAll] : [routeOf(first)];
    const imports = others.map((resource) => {
      @Module({
        imports: [SallyportModule.forResource({ ...resource.options, deps: resource.deps })],
        controllers: [routeOf(resource)],
      })
      class ResourceModule {}
      return ResourceModule;
    });
    const root = SallyportModule.forRoot({ ...first.options, global: everywhere, deps: first.deps });
    @Module({ imports: [...imports, root], controllers })
    class AppModule {}
    const app: INestApplication = await NestFactory.create(AppModule, adapter(), {
      logger: false,
      abortOnError: false,
    });
    // Neither changes where the document is.
    if (!everywhere) app.setGlobalPrefix("v1", { exclude: resources.map(({ path }) => path) });
    app.enableVersioning();
    await app.listen(0, "127.0.0.1");
    return { port: Number(new URL(await app.getUrl()).port), close: () => app.close() };
  };

function routeOf({ path, needed }: Resource): Type<unknown> {
  @Controller()
  class Routes {
    @Protected(needed) @Get(path) get() {
      return { ok: true };
    }
  }
  return Routes;
}

@Controller()
class CatchAll {
  @Get("*") all() {
    return "for callers only";
  }
}
