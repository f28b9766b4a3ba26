// The pages of the device flow (RFC 8628): enter the code, confirm it, done.
/// <reference path="../oidc-provider.d.ts" />
import type { Client, Context } from "oidc-provider";
import { html, page, pagePolicy } from "./html.ts";
import { alertBox } from "./sign-in.ts";

/** oidc-provider's `userCodeInputSource`; its own form has an inline script and no label, so ours takes its place. */
export function deviceCodePage(
  ctx: Context,
  _form: string,
  _out?: unknown,
  error?: Error & { userCode?: string },
): void {
  const sentence =
    error && (sentences[error.name] ?? "Something went wrong. Please start again on your device.");
  send(
    ctx,
    "Connect a device",
    html`<h1>Connect a device</h1>
<p class="quiet">Enter the code that your device shows.</p>
${alertBox(sentence)}
<form method="post" action="${ctx.oidc.urlFor("code_verification")}">
<input type="hidden" name="xsrf" value="${ctx.oidc.session?.state?.secret}">
<label for="user_code">Code</label>
<input class="code" id="user_code" name="user_code" value="${error?.userCode}" autocomplete="off" autocapitalize="characters" required>
<div class="stack"><button class="main">Continue</button></div>
</form>`,
  );
}

const sentences: Readonly<Record<string, string>> = {
  NoCodeError: "Please enter the code that your device shows.",
  NotFoundError: "That code is not known. Please check it against your device.",
  ExpiredError: "That code has expired. Please ask your device for a new one.",
  AlreadyUsedError: "That code was used already. Please ask your device for a new one.",
  AbortedError: "The device was not connected. You can close this page.",
};

/** oidc-provider's `userCodeConfirmSource`. */
export function deviceConfirmPage(
  ctx: Context,
  _form: string,
  client: Client,
  _deviceInfo: unknown,
  userCode: string,
): void {
  send(
    ctx,
    "Is this your device?",
    html`<h1>Is this your device?</h1>
<p class="quiet"><strong>${client.clientName ?? client.clientId}</strong> should show this code:</p>
<p class="user-code"><code>${userCode}</code></p>
<form method="post" action="${ctx.oidc.urlFor("code_verification")}">
<input type="hidden" name="xsrf" value="${ctx.oidc.session?.state?.secret}">
<input type="hidden" name="user_code" value="${userCode}">
<input type="hidden" name="confirm" value="yes">
<div class="stack">
<button class="main">Yes, continue</button>
<button name="abort" value="yes">No</button>
</div>
</form>`,
  );
}

/** oidc-provider's `successSource`. */
export function deviceDonePage(ctx: Context): void {
  send(
    ctx,
    "Your device is connected",
    html`<h1>Your device is connected</h1>
<p class="quiet">You can close this page and go back to it.</p>`,
  );
}

function send(ctx: Context, title: string, body: ReturnType<typeof html>): void {
  ctx.type = "html";
  ctx.set("content-security-policy", pagePolicy());
  ctx.body = page(title, body);
}
