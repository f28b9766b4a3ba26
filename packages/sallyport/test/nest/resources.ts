// Several resources in a Nest application, of any version: the first is the application's, each other one a module's.
import type { Type } from "@nestjs/common";
import type { MakeApplication, Resource } from "../resource/servers.ts";
import type { NestApplicationParts } from "./http-server.ts";

export const nestResources =
  (nest: NestApplicationParts, adapter: () => never): MakeApplication =>
  async (resources, { everywhere = false } = {}) => {
    const { SallyportModule } = nest.sallyport;
    const [first, ...others] = resources as readonly [Resource, ...Resource[]];
    const imports = others.map((resource) => {
      const resourceModule = SallyportModule.forResource({ ...resource.options, deps: resource.deps });
      return moduleOf(nest, { imports: [resourceModule], controllers: [controllerOf(nest, resource)] });
    });
    const root = SallyportModule.forRoot({ ...first.options, global: everywhere, deps: first.deps });
    const controllers = [controllerOf(nest, first), ...(everywhere ? [catchAllOf(nest)] : [])];
    const app = await nest.core.NestFactory.create(
      moduleOf(nest, { imports: [...imports, root], controllers }),
      adapter(),
      { logger: false, abortOnError: false },
    );
    // Neither changes where the document is.
    if (!everywhere) app.setGlobalPrefix("v1", { exclude: resources.map(({ path }) => path) });
    app.enableVersioning();
    await app.listen(0, "127.0.0.1");
    return { port: Number(new URL(await app.getUrl()).port), close: () => app.close() };
  };

function moduleOf({ common }: NestApplicationParts, metadata: Parameters<typeof common.Module>[0]) {
  class AnyModule {}
  common.Module(metadata)(AnyModule);
  return AnyModule;
}

function controllerOf({ common, sallyport }: NestApplicationParts, { path, needed }: Resource) {
  return controllerWith(common, [common.Get(path), sallyport.Protected(needed)], () => ({ ok: true }));
}

function catchAllOf({ common }: NestApplicationParts) {
  return controllerWith(common, [common.Get("*")], () => "for callers only");
}

/** By hand: the decorators are of the version at hand. */
function controllerWith(
  { Controller }: NestApplicationParts["common"],
  decorators: readonly MethodDecorator[],
  handler: () => unknown,
): Type<unknown> {
  class Routes {
    answer() {
      return handler();
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Routes.prototype, "answer") as PropertyDescriptor;
  for (const decorate of decorators) decorate(Routes.prototype, "answer", descriptor);
  Controller()(Routes);
  return Routes;
}
