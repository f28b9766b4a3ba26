import { createMemorySessionStore } from "sallyport/stores/memory";
import { sessionStoreCases } from "sallyport/testing";
import { test } from "vitest";

const store = createMemorySessionStore(); // in its place: yours, on a real database
const peer = store; // and a second handle on the same one, best in another process

for (const { name, run } of sessionStoreCases) test(name, () => run(store, peer));
