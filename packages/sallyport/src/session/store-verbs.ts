// What a session store can be asked, by name: for whoever has to tell one from something else, or to stand in front of one.
import type { SessionStore } from "./contract.ts";

export const storeVerbs = [
  "create",
  "read",
  "touch",
  "replace",
  "lease",
  "release",
  "end",
  "endAll",
  "list",
  "once",
  "sweep",
] as const satisfies readonly (keyof SessionStore)[];
