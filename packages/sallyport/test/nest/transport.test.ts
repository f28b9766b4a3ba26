// What only shows on the wire: raw headers, bodies that were not read, a token in a form.
import { request } from "node:http";
import { All, type ArgumentsHost, Catch, Controller, Get, HttpCode, Module, Post } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { beforeEach, describe, expect, test } from "vitest";
import { Caller, MaybeProtected, Protected, Sallyport, SallyportModule } from "../../src/frameworks/nest.ts";
import { AuthError, type Identity, scope } from "../../src/index.ts";
import { adapters, bearer, kit, listener, moduleOf, options, start } from "./start.ts";

@Controller()
class Routes {
  @Protected() @Get("me") me(@Caller() who: Identity) {
    return who.subject;
  }
  @MaybeProtected() @Get("feed") feed() {
    return "feed";
  }
  @Get("open") open() {
    return "open";
  }
  @Protected() @All("any") @HttpCode(200) any() {
    ran += 1;
    return "any";
  }
  @Protected() @Post("uploads/:id") upload(@Caller() who: Identity) {
    return who.subject;
  }
}

let ran = 0;
beforeEach(() => {
  ran = 0;
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

/** Sends headers exactly as listed, and `sent` bytes of body, however long the headers say it is. */
function send(
  url: string,
  method: string,
  headers: readonly (readonly [string, string])[],
  sent = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(url, { method, agent: false });
    for (const name of new Set(headers.map(([name]) => name))) {
      sending.setHeader(
        name,
        headers.filter(([one]) => one === name).map(([, value]) => value),
      );
    }
    sending.on("error", reject);
    sending.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => {
        resolve({ status: answer.statusCode, headers: answer.headers, text });
        sending.destroy();
      });
    });
    if (sent === "") sending.flushHeaders();
    else sending.write(sent);
    if (method === "GET") sending.end();
  });
}

const wrong = ["Authorization", "Bearer a.b.c"] as const;
const right = ["Authorization", bearer().authorization] as const;
const gigabyte = [
  ["Content-Length", String(2 ** 30)],
  ["Content-Type", "application/json"],
] as const;

describe.each(adapters)("NestJS on %s", (_name, adapter) => {
  test.each([
    ["the first is good", [right, wrong]],
    ["the last is good", [wrong, right]],
  ])("H07: two Authorization headers are refused, though %s", async (_which, headers) => {
    const { base } = await start(adapter, moduleOf([Routes]));
    const answer = await send(`${base}/me`, "GET", headers);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toBe("invalid_request");
  });

  test("H20: the middleware refuses before a byte of the body was read, and leaves the rest alone", async () => {
    const { decisions, onEvent } = listener();
    const { base, get } = await start(adapter, moduleOf([Routes], { deps: { onEvent } }), {
      prepare: (app) => app.use("/uploads", app.get(Sallyport).middleware(scope("files:write"))),
    });
    const refused = await send(`${base}/uploads/1`, "POST", [wrong, ...gigabyte], "{");
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([401, "invalid_token"]);
    expect(refused.headers["www-authenticate"]).toContain('error="invalid_token"');
    expect(refused.headers["cache-control"]).toBe("no-store");
    expect(refused.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect((await send(`${base}/uploads/1`, "POST", [right, ...gigabyte])).status).toBe(403);
    const writer = bearer({ claims: { scope: "files:write" } });
    const taken = await get(
      "/uploads/1",
      { ...writer, "content-type": "application/json" },
      { method: "POST", body: "{}" },
    );
    expect([taken.status, await taken.text()]).toEqual([201, String(kit.claims().sub)]);
    expect((await get("/me", bearer())).status).toBe(200);
    expect(decisions.map(({ outcome }) => outcome)).toEqual([
      "refused",
      "refused",
      "allowed",
      "allowed",
      "allowed",
    ]);
  });

  test("H08: a token in the header and one in a form is refused; a JSON member of that name is none", async () => {
    const { get } = await start(adapter, moduleOf([Routes]));
    const post = async (type: string, body: string) =>
      (await get("/uploads/1", { ...bearer(), "content-type": type }, { method: "POST", body })).status;
    expect(await post("application/x-www-form-urlencoded", "a=1&access_token=a.b.c")).toBe(400);
    expect(await post("application/x-www-form-urlencoded; charset=utf-8", "access%5ftoken=a.b.c")).toBe(400);
    expect(await post("application/x-www-form-urlencoded", "a=1")).toBe(201);
    expect(await post("application/json", '{"access_token":"a.b.c"}')).toBe(201);
  });

  test("H09: a token in the header and one in the query is refused", async () => {
    const { get } = await start(adapter, moduleOf([Routes]));
    expect((await get("/me?access_token=a.b.c", bearer())).status).toBe(400);
  });

  test("H18: what an optional route answers varies by Authorization, beside what it varied by", async () => {
    const { get } = await start(adapter, moduleOf([Routes]), {
      prepare: (app) => app.enableCors({ origin: ["https://app.example", "https://other.example"] }),
    });
    const varyOf = async (path: string) =>
      (await get(path, { ...bearer(), origin: "https://app.example" })).headers.get("vary");
    expect(await varyOf("/feed")).toBe("Origin, Authorization");
    expect(await varyOf("/me")).toBe("Origin");
    expect(await varyOf("/open")).toBe("Origin");
  });

  const preflight = { origin: "https://app.example", "access-control-request-method": "PUT" };

  test("H17: a preflight that reaches a guarded route gets an empty 204, and the handler does not run", async () => {
    const { get } = await start(adapter, moduleOf([Routes]));
    const options = async (headers: Record<string, string>) => {
      const answer = await get("/any", headers, { method: "OPTIONS" });
      return [answer.status, await answer.text()];
    };
    expect(await options(preflight)).toEqual([204, ""]);
    expect(ran).toBe(0);
    expect((await options({}))[0]).toBe(401);
    expect((await options({ ...preflight, ...bearer() }))[0]).toBe(200);
    expect(ran).toBe(1);
  });

  test("H17: with CORS, Nest answers the preflight", async () => {
    const { get } = await start(adapter, moduleOf([Routes]), { prepare: (app) => app.enableCors() });
    const answer = await get("/any", preflight, { method: "OPTIONS" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
  });

  test("without the middleware Nest parses the body ahead of the guard: its own limit answers first", async () => {
    const { get } = await start(adapter, moduleOf([Routes]));
    const body = JSON.stringify({ filler: "x".repeat(2 ** 21) });
    const headers = { authorization: "Bearer a.b.c", "content-type": "application/json" };
    expect((await get("/uploads/1", headers, { method: "POST", body })).status).toBe(413);
    expect((await get("/uploads/1", headers, { method: "POST", body: "{}" })).status).toBe(401);
  });

  test("the middleware checks its options", async () => {
    const { app } = await start(adapter, moduleOf([Routes]));
    expect(() => app.get(Sallyport).middleware(undefined, { onInvald: "anonymous" } as never)).toThrow(
      "Sallyport.middleware has no option `onInvald`; did you mean `onInvalid`?",
    );
  });

  test('the middleware with refuse: "throw" hands the error to the filters, with its headers', async () => {
    @Catch(AuthError)
    class Filter {
      catch(error: AuthError, host: ArgumentsHost) {
        const response = host.switchToHttp().getResponse();
        adapterOf().reply(response, { code: error.code }, error.status);
      }
    }
    const filter = { provide: APP_FILTER, useClass: Filter };
    const { app, base } = await start(adapter, moduleOf([Routes], { refuse: "throw" }, [filter]), {
      prepare: (before) => before.use("/uploads", before.get(Sallyport).middleware()),
    });
    const adapterOf = () => app.getHttpAdapter();
    const answer = await send(`${base}/uploads/1`, "POST", [wrong, ...gigabyte], "{");
    expect([answer.status, answer.text]).toEqual([401, '{"code":"malformed_token"}']);
    expect(answer.headers["www-authenticate"]).toContain('error="invalid_token"');
  });

  test("a middleware bound by a module's `configure` protects, too", async () => {
    @Module({ imports: [SallyportModule.forRoot(options())], controllers: [Routes] })
    class AppModule {
      readonly auth: Sallyport;
      constructor(auth: Sallyport) {
        this.auth = auth;
      }
      configure(consumer: import("@nestjs/common").MiddlewareConsumer) {
        consumer.apply(this.auth.middleware(scope("nothing"))).forRoutes("me");
      }
    }
    const { get } = await start(adapter, AppModule);
    expect((await get("/me", bearer())).status).toBe(403);
  });
});
