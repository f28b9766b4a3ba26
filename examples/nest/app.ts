// An API on NestJS: every route is guarded unless it says that it is public.
import "reflect-metadata";
import { Controller, Delete, Get, Module, Param } from "@nestjs/common";
import {
  Caller,
  type Identity,
  Protected,
  Public,
  role,
  type SallyportDeps,
  SallyportModule,
  type SallyportOptions,
} from "sallyport/nest";

@Controller()
class Users {
  @Get("me")
  me(@Caller() who: Identity) {
    return { subject: who.subject };
  }

  @Protected(role("Admin"))
  @Delete("users/:id")
  remove(@Param("id") id: string) {
    return { removed: id };
  }

  @Public()
  @Get("health")
  health() {
    return { ok: true };
  }
}

export function appModule(options: SallyportOptions, deps: SallyportDeps = {}) {
  @Module({
    imports: [SallyportModule.forRoot({ ...options, deps, global: true })],
    controllers: [Users],
  })
  class AppModule {}
  return AppModule;
}
