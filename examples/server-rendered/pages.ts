// The pages. A sign-in is a link, a sign-out is a form; no page needs a script.
import type { CallerSession } from "sallyport/express";
import { type Html, html } from "./html.ts";
import type { Shed, Tool } from "./shed.ts";

/** Who looks at a page. */
export interface Visitor {
  readonly name: string;
  readonly session: CallerSession | undefined;
}

/** Of anybody: what there is. */
export function shelfPage(visitor: Visitor | undefined, { tools, isLent }: Shed): string {
  const card = ({ number, name, note }: Tool) => html`
    <li class="tool"><b class="number">${number}</b><h2>${name}</h2><p>${note}</p>${
      isLent(number)
        ? html`<span class="lent">Lent out</span>`
        : visitor &&
          html`<form method="post" action="/loans"><button name="tool" value="${number}">Borrow</button></form>`
    }</li>`;
  return layout(
    visitor,
    "The shelf",
    html`<p class="lead">${
      visitor ? "Take what you need, bring it back clean." : "Have a look. To borrow something, sign in."
    }</p><ul class="shelf">${tools.map(card)}</ul>`,
  );
}

/** Of who is signed in: what they have. */
export function loansPage(
  visitor: Visitor | undefined,
  loans: readonly (Tool & { since: number })[],
): string {
  const row = ({ number, name, since }: Tool & { since: number }) => html`
    <li><b class="number">${number}</b><span>${name}<small>since ${timeOf(since)}</small></span>
      <form method="post" action="/returns"><button name="tool" value="${number}">Bring back</button></form></li>`;
  return layout(
    visitor,
    "Your loans",
    loans.length > 0
      ? html`<ul class="loans">${loans.map(row)}</ul>`
      : html`<p class="lead">Nothing at the moment. <a href="/">To the shelf</a></p>`,
  );
}

/** Of who has shown a second factor a moment ago. */
export function doorPage(visitor: Visitor | undefined): string {
  return layout(
    visitor,
    "The door",
    html`<p class="lead">The code of the shed's door, this week:</p><p class="code">4 0 7 1</p>
      <p>This page asks for a second factor that was shown within the last five minutes.</p>`,
  );
}

/** What did not work, and the way on. */
export function messagePage(
  visitor: Visitor | undefined,
  { title, loginUrl }: { readonly title: string; readonly loginUrl?: string | undefined },
): string {
  return layout(
    visitor,
    title,
    html`<p>${loginUrl === undefined ? undefined : html`<a class="button" href="${loginUrl}">Sign in</a> `}<a href="/">To the shelf</a></p>`,
  );
}

function layout(visitor: Visitor | undefined, title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Tool shed</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<header>
  <a class="name" href="/">Tool shed</a>
  <nav><a href="/loans">Your loans</a> <a href="/door">The door</a></nav>
  ${
    visitor
      ? html`<form method="post" action="/auth/v2/logout"><span>${visitor.name}</span> <button>Sign out</button></form>`
      : html`<a class="button" href="/auth/v2/login">Sign in</a>`
  }
</header>
<main>
  <h1>${title}</h1>
  ${content}
</main>
${visitor?.session && footer(visitor.session)}
</html>
`.markup;
}

function footer({ startedAt, refreshedAt, expiresAt }: CallerSession): Html {
  return html`<footer>Signed in at ${timeOf(startedAt)}, until ${expiresAt && dayOf(expiresAt)} at the latest.
  ${
    refreshedAt > startedAt
      ? html`The tokens behind this session were renewed at <b id="renewed">${timeOf(refreshedAt)}</b>.`
      : undefined
  }</footer>`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString("en-GB");
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toLocaleString("en-GB", {
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
}
