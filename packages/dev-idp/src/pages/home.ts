// The home page: what is here, and buttons to see what happens when a provider fails.
import type { Client } from "../clients.ts";
import { personLine } from "../curl-lines.ts";
import type { Directory } from "../directory.ts";
import type { FailureMode } from "../failures.ts";
import { html, page } from "./html.ts";

export interface HomeView {
  issuer: string;
  directory: Directory;
  failing: FailureMode | null;
}

const failures: readonly (readonly [mode: string, label: string])[] = [
  ["500", "Answer 500"],
  ["slow", "Answer late"],
  ["wrong-json", "Send broken JSON"],
  ["clock-off", "Set the clock wrong"],
];

/** Everything a developer needs to point an application at this provider. */
export function homePage({ issuer, directory, failing }: HomeView): string {
  const discovery = `${issuer}/.well-known/openid-configuration`;
  return page(
    "Development identity provider",
    html`<h1>Development identity provider</h1>
<dl>
<dt>Issuer</dt><dd><code>${issuer}</code></dd>
<dt>Audience</dt><dd><code>${directory.audiences.join(", ")}</code></dd>
<dt>Discovery</dt><dd><a href="${discovery}"><code>${discovery}</code></a></dd>
${directory.people.slice(0, 1).map(
  (person) => html`<dt>A token</dt><dd><code>${personLine(issuer, person)}</code></dd>
`,
)}</dl>
<h2 id="people">People</h2>
<div class="scroll"><table aria-labelledby="people">
<tr><th scope="col">Username</th><th scope="col">Password</th><th scope="col">Roles</th><th scope="col">Permissions</th></tr>
${directory.people.map(
  ({ username, password, roles, permissions }) => html`<tr><td>${username}</td><td>${password}</td>
<td>${roles.join(", ")}</td><td>${permissions.join(", ")}</td></tr>
`,
)}</table></div>
<h2 id="clients">Clients</h2>
<div class="scroll"><table aria-labelledby="clients">
<tr><th scope="col">Client id</th><th scope="col">Secret</th><th scope="col">Kind</th><th scope="col">Returns to</th></tr>
${directory.clients.map(
  (client) => html`<tr><td>${client.id}</td><td>${client.secret ?? "none"}</td>
<td>${client.name}</td><td>${returns(client)}</td></tr>
`,
)}</table></div>
<h2>What if…</h2>
${failing === null ? html`<p class="quiet">All is well at the moment.</p>` : html`<p class="alert" role="status">Failing at the moment: ${failing}</p>`}
<form method="post" action="/control/fail"><div class="row">
${failures.map(([mode, label]) => html`<button name="mode" value="${mode}">${label}</button>`)}
<button class="main" name="mode" value="">Heal</button>
</div></form>
<form method="post" action="/control/rotate"><div class="row"><button>Rotate the signing key</button></div></form>`,
    { wide: true },
  );
}

function returns({ redirectUris = [], anyLoopbackRedirect }: Client): string {
  return anyLoopbackRedirect ? "any address on this machine" : redirectUris.join(", ");
}
