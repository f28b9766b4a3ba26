import { Controller, type DynamicModule, Get, Header, Inject, Module, Post, Req } from "@nestjs/common";
import {
  Caller,
  type Identity,
  MaybeProtected,
  Protected,
  Sallyport,
  SallyportModule,
  type SallyportModuleOptions,
} from "sallyport/nest";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

@Controller()
class ShopController {
  readonly #auth: Sallyport;
  constructor(@Inject(Sallyport) auth: Sallyport) {
    this.#auth = auth;
  }

  @MaybeProtected() @Get() @Header("content-type", "text/html") home(@Caller() who: Identity | undefined) {
    return who ? signOut : '<a href="/auth/v2/login">Sign in</a>';
  }

  @Protected() @Get("orders") orders(@Caller() who: Identity, @Req() request: object) {
    return { of: who.subject, until: this.#auth.session(request)?.expiresAt };
  }

  @Protected() @Post("orders") order(@Caller() who: Identity) {
    return { by: who.subject };
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

export function shopModule(auth: SallyportModuleOptions): DynamicModule {
  return { module: ShopModule, imports: [SallyportModule.forRoot(auth)] };
}
