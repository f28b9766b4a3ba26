// Routes with every decorator, for any version of NestJS, and what each of them takes.
import { anyOf, type Identity, role, scope } from "../../src/index.ts";
import { bearer, kit } from "./start.ts";

/** NestJS of one version, and the library on top of it. */
export interface NestParts {
  readonly common: typeof import("@nestjs/common");
  readonly sallyport: typeof import("../../src/frameworks/nest.ts");
}

const admin = anyOf(role("Admin"), scope("users:write"));
const withScope = (value: string) => bearer({ claims: { scope: value } });
export const bad = { authorization: "Bearer a.b.c" };

export function controllersOf({ common, sallyport }: NestParts) {
  const { Controller, Delete, Get, Inject, Req, UseGuards } = common;
  const { Caller, MaybeProtected, Protected, Public, Sallyport, SallyportGuard } = sallyport;

  @Controller()
  class Users {
    @Get("me") me(@Caller() who: Identity) {
      return who.subject;
    }
    @Protected(admin) @Delete("users/:id") remove() {
      return "removed";
    }
    @Public() @Get("health") health() {
      return "well";
    }
    @Public() @Get("nobody") nobody(@Caller() who: unknown) {
      return String(who);
    }
    @MaybeProtected(scope("feed:read")) @Get("feed") feed(@Caller() who: Identity | undefined) {
      return who?.subject ?? "you";
    }
    @MaybeProtected(undefined, { onInvalid: "anonymous" }) @Get("lenient") lenient(
      @Caller() who: Identity | undefined,
    ) {
      return who?.subject ?? "you";
    }
  }

  @Protected(scope("reports:read"))
  class Guarded {
    @Get("inherited") inherited(@Caller() who: Identity) {
      return who.subject;
    }
  }

  @Controller("reports")
  class Reports extends Guarded {
    @Get() list() {
      return "list";
    }
    @Protected(scope("reports:write")) @Get("write") write() {
      return "write";
    }
    @MaybeProtected() @Get("maybe") maybe(@Caller() who: Identity | undefined) {
      return who?.subject ?? "you";
    }
    @Public() @Get("open") open() {
      return "open";
    }
  }

  @Protected()
  @Controller("stricter")
  class Stricter extends Guarded {
    @Public() @Get("open") open() {
      return "open";
    }
    @Get() list() {
      return "list";
    }
  }

  @Public()
  @Controller("site")
  class Site {
    @Get() home() {
      return "home";
    }
    @Protected(scope("site:admin")) @Get("admin") admin() {
      return "admin";
    }
  }

  @Controller("plain")
  class Plain {
    @Get() open() {
      return "open";
    }
    @UseGuards(SallyportGuard) @Get("guarded") guarded(@Caller() who: Identity) {
      return who.subject;
    }
    @Get("caller") caller(@Caller() who: unknown) {
      return typeof who;
    }
  }

  @Controller("service")
  class Injected {
    readonly auth: InstanceType<typeof Sallyport>;
    constructor(@Inject(Sallyport) auth: InstanceType<typeof Sallyport>) {
      this.auth = auth;
    }
    @Protected() @Get("identity") identity(@Req() request: object) {
      return this.auth.identity(request).subject;
    }
    @MaybeProtected() @Get("maybe") maybe(@Req() request: object) {
      return this.auth.maybeIdentity(request)?.subject ?? "you";
    }
    @MaybeProtected() @Get("sure") sure(@Req() request: object) {
      return typeof this.auth.identity(request);
    }
    @Public() @Get("unprotected") unprotected(@Req() request: object) {
      return String(this.auth.maybeIdentity(request));
    }
    @Protected() @Get("decide") async decide(@Caller() who: Identity) {
      return [(await this.auth.decide(who, admin)).allowed, this.auth.health().issuers.length];
    }
  }

  return [Users, Reports, Stricter, Site, Plain, Injected];
}

export const everything = { scope: "users:write feed:read reports:read reports:write site:admin" };
const subject = String(kit.claims().sub);

/** path, headers, status, and the text of the answer where it is 200. */
export type Row = readonly [path: string, headers: Record<string, string>, status: number, text?: string];

export const marked: readonly Row[] = [
  ["/health", {}, 200, "well"],
  ["/health", bad, 200, "well"],
  ["/nobody", bearer(), 500],
  ["/feed", {}, 200, "you"],
  ["/feed", withScope("feed:read"), 200, subject],
  ["/feed", withScope("other"), 403],
  ["/feed", bad, 401],
  ["/lenient", bad, 200, "you"],
  ["/lenient", bearer(), 200, subject],
  ["/reports", {}, 401],
  ["/reports", withScope("other"), 403],
  ["/reports", withScope("reports:read"), 200, "list"],
  ["/reports/inherited", withScope("other"), 403],
  ["/reports/inherited", withScope("reports:read"), 200, subject],
  ["/reports/write", withScope("reports:read"), 403],
  ["/reports/write", withScope("reports:write"), 403],
  ["/reports/write", withScope("reports:read reports:write"), 200, "write"],
  ["/reports/maybe", {}, 200, "you"],
  ["/reports/maybe", withScope("other"), 403],
  ["/reports/maybe", withScope("reports:read"), 200, subject],
  ["/reports/open", bad, 200, "open"],
  ["/stricter", {}, 401],
  ["/stricter", withScope("other"), 403],
  ["/stricter", withScope("reports:read"), 200, "list"],
  ["/stricter/open", {}, 200, "open"],
  ["/site", {}, 200, "home"],
  ["/site/admin", {}, 401],
  ["/site/admin", withScope("other"), 403],
  ["/site/admin", withScope("site:admin"), 200, "admin"],
  ["/plain/guarded", {}, 401],
  ["/plain/guarded", bearer(), 200, subject],
  ["/service/identity", {}, 401],
  ["/service/identity", bearer(), 200, subject],
  ["/service/maybe", {}, 200, "you"],
  ["/service/maybe", bearer(), 200, subject],
  ["/service/sure", {}, 500],
  ["/service/sure", bearer(), 200, "object"],
  ["/service/unprotected", bearer(), 500],
  ["/service/decide", bearer({ claims: { scope: "users:write" } }), 200, "[true,1]"],
  ["/service/decide", bearer(), 200, "[false,1]"],
];
export const unmarked: readonly Row[] = [
  ["/me", {}, 401],
  ["/me", bad, 401],
  ["/me", bearer(), 200, subject],
  ["/plain", {}, 401],
  ["/plain", bearer(), 200, "open"],
  ["/plain/caller", bearer(), 200, "object"],
];
export const open: readonly Row[] = [
  ["/plain", {}, 200, "open"],
  ["/plain", bad, 200, "open"],
  ["/plain/caller", bearer(), 500],
  ["/me", bearer(), 500],
];
