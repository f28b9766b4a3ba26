// Sessions in a real Valkey. Needs SALLYPORT_VALKEY_SERVER (`npm run test:services` sets it).
import { describe } from "vitest";
import { redisSuite } from "./stores/redis-suite.ts";

const { SALLYPORT_VALKEY_SERVER: program = "" } = process.env;

describe.skipIf(program === "")("Valkey", () => redisSuite(program));
