// A real browser, for what a person sees.
import { existsSync } from "node:fs";

const path = process.env.SALLYPORT_CHROMIUM ?? "/usr/bin/chromium";

export const name = "chromium";
export const debian = existsSync(path) ? [] : ["chromium"];

export async function prepare() {
  if (!existsSync(path)) throw new Error(`there is no ${path}`);
  return { SALLYPORT_CHROMIUM: path };
}
