// Sessions in a real Redis. Needs SALLYPORT_REDIS_SERVER (`npm run test:services` sets it).
import { describe } from "vitest";
import { redisSuite } from "./stores/redis-suite.ts";

const { SALLYPORT_REDIS_SERVER: program = "" } = process.env;

describe.skipIf(program === "")("Redis", () => redisSuite(program));
