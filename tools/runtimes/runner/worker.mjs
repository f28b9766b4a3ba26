// workerd: runs the bundle within one request, since nothing random may happen before one.
import { files, runAll, shared } from "./tests.mjs";

export default {
  fetch: async () => Response.json(await runAll(files, shared)),
};
