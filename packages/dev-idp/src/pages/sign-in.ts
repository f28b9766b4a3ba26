// The sign-in page: the people as buttons, and a form for those who would rather type.
import type { Person } from "../people.ts";
import { type Html, html, page } from "./html.ts";

export interface SignInView {
  people: readonly Person[];
  clientName: string;
  action: string;
  /** What the application suggests as the username (`login_hint`). */
  hint?: string | undefined;
  /** One sentence about what went wrong before. */
  alert?: string;
}

/** "Who do you want to be?": one click signs in. */
export function signInPage({ people, clientName, action, hint, alert }: SignInView): string {
  return page(
    `Sign in to ${clientName}`,
    html`<h1>Sign in</h1>
<p class="quiet">to continue to <strong>${clientName}</strong></p>
${alertBox(alert)}
<form method="post" action="${action}" aria-label="Choose who to sign in as">
<ul class="choices">${people.map(choice)}</ul>
</form>
<details${alert || hint ? html` open` : ""}>
<summary>Use a username and password</summary>
<form method="post" action="${action}">
<label for="username">Username</label>
<input id="username" name="username" value="${hint}" autocomplete="username" autocapitalize="none" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<div class="stack"><button class="main">Sign in</button></div>
</form>
</details>
<form method="post" action="${action}"><div class="stack">
<button name="cancel" value="yes">Cancel</button>
</div></form>`,
  );
}

function choice({ username, name, email, roles }: Person): Html {
  return html`<li><button class="person" name="person" value="${username}">
<span class="badge" aria-hidden="true">${name.slice(0, 1)}</span>
<span><strong>${name}</strong><span class="quiet">${roles.join(", ") || "No role"} · ${email}</span></span>
</button></li>
`;
}

/** What an application that is not first-party asks for, with yes and no. */
export function consentPage(view: { clientName: string; action: string; scopes: readonly string[] }): string {
  const { clientName, action, scopes } = view;
  return page(
    `Allow ${clientName}?`,
    html`<h1>Allow ${clientName}?</h1>
<p class="quiet">The application asks for:</p>
<ul>${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post" action="${action}"><div class="stack">
<button class="main" name="consent" value="yes">Allow</button>
<button name="cancel" value="yes">Refuse</button>
</div></form>`,
  );
}

/** A sentence that assistive technology reads out. */
export function alertBox(sentence: string | undefined): Html | undefined {
  return sentence === undefined ? undefined : html`<p class="alert" role="alert">${sentence}</p>`;
}
