import { sallyport } from "sallyport/fastify";
import { createMemorySessionStore } from "sallyport/stores/memory";

export const auth = sallyport(undefined, { sessionStore: createMemorySessionStore() });
