// Starts a Nest application on either adapter, on a port of its own, and closes it after the test.
import type { INestApplication, Type } from "@nestjs/common";
import { Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { onTestFinished } from "vitest";
import { SallyportModule, type SallyportModuleOptions } from "../../src/frameworks/nest.ts";
import type { DecisionEvent } from "../../src/index.ts";
import { createKit, type TokenParts } from "../support/kit.ts";

export const kit = createKit();

export const adapters = [
  ["Express", () => new ExpressAdapter()],
  ["Fastify", () => new FastifyAdapter()],
] as const;
export type MakeAdapter = (typeof adapters)[number][1];

/** Options that need no network: the kit's issuer with its keys, at the kit's time. */
export function options(more: SallyportModuleOptions = {}): SallyportModuleOptions {
  const { deps, ...rest } = more;
  const own = { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks };
  return { ...own, ...rest, deps: { now: () => kit.nowSeconds * 1000, ...deps } };
}

export const bearer = (parts?: TokenParts) => ({ authorization: `Bearer ${kit.token(parts)}` });

interface Started {
  readonly app: INestApplication;
  readonly base: string;
  get(path: string, headers?: Record<string, string>, init?: RequestInit): Promise<Response>;
}

export async function start(
  makeAdapter: MakeAdapter,
  appModule: Type<unknown>,
  { prepare }: { readonly prepare?: (app: INestApplication) => void } = {},
): Promise<Started> {
  const app = await NestFactory.create(appModule, makeAdapter(), {
    logger: process.env.NEST_LOG ? ["error"] : false,
    abortOnError: false,
  });
  prepare?.(app);
  onTestFinished(() => app.close());
  await app.listen(0, "127.0.0.1");
  const base = await app.getUrl();
  return { app, base, get: (path, headers = {}, init = {}) => fetch(base + path, { ...init, headers }) };
}

/** A module with the controllers and Sallyport. */
export function moduleOf(
  controllers: readonly Type<unknown>[],
  given: SallyportModuleOptions = {},
  providers: NonNullable<Parameters<typeof Module>[0]["providers"]> = [],
): Type<unknown> {
  @Module({ imports: [SallyportModule.forRoot(options(given))], controllers: [...controllers], providers })
  class AppModule {}
  return AppModule;
}

/** A listener, and the decisions that it heard. */
export function listener() {
  const decisions: DecisionEvent[] = [];
  return {
    decisions,
    onEvent: (event: { type: string }) => {
      if (event.type === "decision") decisions.push(event as DecisionEvent);
    },
  };
}
