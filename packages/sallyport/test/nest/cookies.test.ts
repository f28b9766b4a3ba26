// Cookies on either adapter: with its own word for adding a header, and without it, as before Nest 10.3.
import { Controller, Get, Module, Res } from "@nestjs/common";
import { HttpAdapterHost } from "@nestjs/core";
import { expect, test } from "vitest";
import { type AdapterResponse, headersOf } from "../../src/frameworks/nest-exchange.ts";
import { adapters, start } from "./start.ts";

@Controller()
class Routes {
  readonly host: HttpAdapterHost;
  constructor(host: HttpAdapterHost) {
    this.host = host;
  }
  @Get() cookies(@Res({ passthrough: true }) response: AdapterResponse) {
    const { addCookie } = headersOf(this.host.httpAdapter);
    addCookie(response, "a=1; Path=/");
    addCookie(response, "b=2; Path=/");
    return "done";
  }
}
Reflect.defineMetadata("design:paramtypes", [HttpAdapterHost], Routes);

@Module({ controllers: [Routes] })
class Application {}

test.each(
  adapters.flatMap(([name, make]) => [
    [name, "of today", make] as const,
    [
      name,
      "without a word for it",
      () => Object.defineProperty(make(), "appendHeader", { value: undefined }),
    ] as const,
  ]),
)("%s, an adapter %s, keeps each cookie", async (_name, _which, make) => {
  const { get } = await start(make as (typeof adapters)[number][1], Application);
  expect((await get("/")).headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Path=/"]);
});
