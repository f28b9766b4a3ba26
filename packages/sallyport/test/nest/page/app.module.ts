import { Controller, Delete, type DynamicModule, Get, Module, Param } from "@nestjs/common";
import {
  anyOf,
  Caller,
  type Identity,
  MaybeProtected,
  Protected,
  Public,
  role,
  SallyportModule,
  type SallyportModuleOptions,
  scope,
} from "sallyport/nest";

const admin = anyOf(role("Admin"), scope("users:write"));

@Controller()
class UsersController {
  @Get("me") me(@Caller() who: Identity) {
    return { sub: who.subject };
  }

  @Protected(admin) @Delete("users/:id") remove(@Param("id") id: string) {
    return { removed: id };
  }

  @MaybeProtected() @Get("feed") feed(@Caller() who: Identity | undefined) {
    return { for: who?.subject ?? "you" };
  }

  @Public() @Get("health") health() {
    return { up: true };
  }
}

@Module({ controllers: [UsersController] })
class AppModule {}

export function appModule(auth: SallyportModuleOptions): DynamicModule {
  return { module: AppModule, imports: [SallyportModule.forRoot({ ...auth, global: true })] };
}
