import type { ReplayStore } from "sallyport";

interface Redis {
  set(key: string, value: string, unit: "PXAT", at: number, condition: "NX"): Promise<"OK" | null>;
}

/** Every process asks the same Redis (6.2 or later; a client such as ioredis), which keeps a key until its time. */
export const replayStoreIn = (redis: Redis): ReplayStore => ({
  add: async (key, expiresAt) => (await redis.set(`dpop:${key}`, "1", "PXAT", expiresAt, "NX")) === "OK",
});
