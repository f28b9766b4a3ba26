// Redis, for the session store that keeps its sessions there.
import { existsSync } from "node:fs";

const server = process.env.SALLYPORT_REDIS_SERVER ?? "/usr/bin/redis-server";

export const name = "redis";
export const debian = existsSync(server) ? [] : ["redis-server"];

export async function prepare() {
  if (!existsSync(server)) throw new Error(`there is no ${server}`);
  return { SALLYPORT_REDIS_SERVER: server };
}
