// HTML that escapes by default, and the headers that every page is sent with.
import { createHash } from "node:crypto";
import { stylesheet } from "./stylesheet.ts";

const markup = Symbol("markup");

/** Markup that is known to be safe: made by {@link html} alone. */
export interface Html {
  readonly [markup]: string;
}

type Part = Html | string | number | false | undefined | readonly Part[];

/** A template whose values are escaped, except those that are {@link Html} already; false and undefined are left out. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Html {
  return trusted(
    literals.map((literal, index) => (index === 0 ? "" : render(parts[index - 1])) + literal).join(""),
  );
}

/** Markup of our own that holds nothing from outside. */
function trusted(text: string): Html {
  return { [markup]: text };
}

function render(part: Part): string {
  if (part === false || part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeText(String(part));
  return markup in part ? part[markup] : part.map(render).join("");
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");
}

/** A whole page. */
export function page(title: string, body: Html, { wide = false } = {}): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(stylesheet)}</style>
</head>
<body>
<main${wide && trusted(' class="wide"')}>
${body}
</main>
<footer>A development identity provider: its people, passwords and secrets are made up.</footer>
</body>
</html>
`[markup];
}

const styleHash = createHash("sha256").update(stylesheet).digest("base64");

// For the pages that oidc-provider makes itself: they submit a form by an inline script, whose hash it adds here. They
// post to the application (response_mode=form_post), so where a form may go is left open.
const policy = ["default-src 'none'", "script-src ", "base-uri 'none'", "frame-ancestors 'none'"];

/** The headers of every answer. */
export const baseHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": policy.join(";"),
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/**
 * The policy of our own pages: no script, nothing from elsewhere. Browsers apply `form-action` to the redirects after a
 * form as well, so a page whose form ends at the application names where that is.
 */
export function pagePolicy(returnTo?: string): string {
  const targets = ["'self'", returnTo === undefined ? "" : sourceOf(returnTo)].filter(Boolean).join(" ");
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    `form-action ${targets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function sourceOf(uri: string): string {
  if (!URL.canParse(uri)) return "";
  const { protocol, origin } = new URL(uri);
  return origin === "null" ? protocol : origin;
}
