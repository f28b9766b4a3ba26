// Section H and its neighbours over real HTTP: the table that every framework runs.
import * as common from "@nestjs/common";
import * as core from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import * as sallyport from "../../src/frameworks/nest.ts";
import { runCases } from "../support/run-http-cases.ts";
import { httpServer } from "./http-server.ts";

const nest = { common, core, sallyport };
runCases(
  "nest-express",
  httpServer(nest, () => new ExpressAdapter() as never),
);
runCases(
  "nest-fastify",
  httpServer(nest, () => new FastifyAdapter() as never),
);
