// The error page: what is wrong with the request, for the developer who made it.
/// <reference path="../oidc-provider.d.ts" />
import type { Context } from "oidc-provider";
import { html, page, pagePolicy } from "./html.ts";

/** An error page in plain words. */
export function errorPage(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const known = rows.filter(([, value]) => value !== undefined && value !== "");
  return page(
    "This request can't be answered",
    html`<h1>This request can't be answered</h1>
<p class="quiet">Here is what the provider has against it.</p>
<dl>${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`,
  );
}

/** oidc-provider's `renderError`. Its detail, which it keeps to itself, is shown: whoever reads this is developing. */
export function providerErrorPage(
  ctx: Context,
  out: { error: string; error_description?: string; scope?: string },
  error: Error & { error_detail?: string; expose?: boolean },
): void {
  ctx.type = "html";
  ctx.set("content-security-policy", pagePolicy());
  ctx.body = errorPage([
    ["Error", out.error],
    ["Description", out.error_description],
    ["Detail", error.expose ? error.error_detail : undefined],
    ["Scope", out.scope],
  ]);
}
