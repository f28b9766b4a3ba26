import { Redis } from "ioredis";
import { createRedisSessionStore } from "sallyport/stores/redis";

export function openStore(url: string) {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on("error", (error) => console.warn(error.message));
  return { client, store: createRedisSessionStore({ client }) };
}
