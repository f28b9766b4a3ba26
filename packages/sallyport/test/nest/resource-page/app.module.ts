import { Controller, type DynamicModule, Get, Module } from "@nestjs/common";
import { Protected, SallyportModule, type SallyportModuleOptions, scope } from "sallyport/nest";

@Controller("orders")
class OrdersController {
  @Protected(scope("orders:read")) @Get() list() {
    return [];
  }
}

@Controller("tools")
class ToolsController {
  @Protected(scope("tools:run")) @Get() list() {
    return [];
  }
}

@Module({ controllers: [ToolsController] })
class ToolsModule {}

@Module({ controllers: [OrdersController] })
class AppModule {}

export function appModule(options: SallyportModuleOptions): DynamicModule {
  const resource = (url: string) => ({ ...options, audience: url, resource: url });
  const tools = SallyportModule.forResource(resource("https://api.example.org/tools"));
  const orders = SallyportModule.forRoot(resource("https://api.example.org/orders"));
  return { module: AppModule, imports: [orders, { module: ToolsModule, imports: [tools] }] };
}
