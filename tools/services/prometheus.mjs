// Prometheus and its promtool, for what a scrape sees.
import { existsSync } from "node:fs";

const server = process.env.SALLYPORT_PROMETHEUS ?? "/usr/bin/prometheus";
const promtool = process.env.SALLYPORT_PROMTOOL ?? "/usr/bin/promtool";

export const name = "prometheus";
export const debian = [server, promtool].every((path) => existsSync(path)) ? [] : ["prometheus"];

export async function prepare() {
  for (const path of [server, promtool]) if (!existsSync(path)) throw new Error(`there is no ${path}`);
  return { SALLYPORT_PROMETHEUS: server, SALLYPORT_PROMTOOL: promtool };
}
