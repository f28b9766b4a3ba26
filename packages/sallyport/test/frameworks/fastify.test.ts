import { runCases } from "../support/run-http-cases.ts";
import { makeFastify } from "./fastify-server.ts";

runCases("fastify", makeFastify);
