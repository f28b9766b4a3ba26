// The shop that people sign in to, on an earlier NestJS and either of its adapters.
import type { Identity } from "../../src/index.ts";
import { type StartShop, signInLink, signOutForm } from "../support/run-sign-in.ts";
import type { OldNest } from "./old-nest.ts";

export const startShop =
  (nest: OldNest, adapter: () => never): StartShop =>
  async (options, port) => {
    class AppModule {}
    const { common, core, sallyport } = nest;
    common.Module({
      imports: [sallyport.SallyportModule.forRoot({ ...options, deps: { audit: [] } })],
      controllers: [shopOf(nest)],
    })(AppModule);
    const app = await core.NestFactory.create(AppModule, adapter(), { logger: false, abortOnError: false });
    await app.listen(port, "127.0.0.1");
    return () => app.close();
  };

function shopOf({ common, sallyport }: OldNest) {
  const { Controller, Get, Header, Inject, Post, Req } = common;
  const { Caller, MaybeProtected, Protected, Sallyport } = sallyport;

  @Controller()
  class Shop {
    readonly auth: InstanceType<typeof Sallyport>;
    constructor(@Inject(Sallyport) auth: InstanceType<typeof Sallyport>) {
      this.auth = auth;
    }
    @MaybeProtected() @Get() @Header("content-type", "text/html") home(@Caller() who: Identity | undefined) {
      return who ? signOutForm : signInLink;
    }
    @Protected() @Get("orders") orders(@Caller() who: Identity, @Req() request: object) {
      return { of: who.subject, until: this.auth.session(request)?.expiresAt };
    }
    @Protected() @Post("orders") order(@Caller() who: Identity) {
      return { by: who.subject };
    }
  }
  return Shop;
}
