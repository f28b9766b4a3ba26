// The pages of signing out (OpenID Connect RP-Initiated Logout).
/// <reference path="../oidc-provider.d.ts" />
import type { Context } from "oidc-provider";
import { html, page, pagePolicy } from "./html.ts";

/** oidc-provider's `logoutSource`: asks, since any page on the web can send a browser here. */
export function signOutPage(ctx: Context): void {
  const { state } = ctx.oidc.session ?? {};
  ctx.type = "html";
  ctx.set("content-security-policy", pagePolicy(state?.postLogoutRedirectUri));
  ctx.body = page(
    "Sign out?",
    html`<h1>Sign out?</h1>
<p class="quiet">You will be signed out of every application that uses this provider.</p>
<form method="post" action="${ctx.oidc.urlFor("end_session_confirm")}">
<input type="hidden" name="xsrf" value="${state?.secret}">
<div class="stack">
<button class="main" name="logout" value="yes">Sign out</button>
<button>Stay signed in</button>
</div>
</form>`,
  );
}

/** oidc-provider's `postLogoutSuccessSource`. */
export function signedOutPage(ctx: Context): void {
  ctx.type = "html";
  ctx.set("content-security-policy", pagePolicy());
  ctx.body = page(
    "You are signed out",
    html`<h1>You are signed out</h1>
<p class="quiet">You can close this page.</p>`,
  );
}
