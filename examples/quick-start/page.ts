// The page to click on. Signing in, the session and the way out are the server's; the script only shows what `/me` answers.
import { script } from "./page-script.ts";
import { style } from "./page-style.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] as string);

/** @param curl the line for the other leaf of the door */
export const page = (curl: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Sallyport</title>
<style>${style}</style>
<header>
  <h1><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 21V10a9 9 0 0 1 18 0v11h-7v-9a2 2 0 0 0-4 0v9z"/></svg>Sallyport</h1>
  <p>One door, two leaves: people sign in, programs bring a token, and one rule decides about both.</p>
</header>
<main>
  <section aria-labelledby="people">
    <h2 id="people">People</h2>
    <div id="nobody">
      <p>Nobody is signed in. Alice may do everything here, Bob may read, Carol even less.</p>
      <p><a class="button main" id="sign-in" href="/auth/v2/login?return_to=/">Sign in</a></p>
    </div>
    <div id="somebody" hidden>
      <p class="who"><span id="initial" aria-hidden="true"></span><span><b id="name"></b><br><small id="roles"></small></span></p>
      <dl>
        <dt>Signed in</dt><dd id="started"></dd>
        <dt>Session ends</dt><dd id="ends"></dd>
        <dt>Access token</dt><dd><span id="token"></span><meter id="life" min="0" max="100" aria-label="What is left of the access token"></meter></dd>
        <dt>Renewed</dt><dd id="renewed">not yet</dd>
      </dl>
      <form method="post" action="/auth/v2/logout"><button id="sign-out">Sign out</button></form>
    </div>
  </section>
  <section aria-labelledby="programs">
    <h2 id="programs">Programs</h2>
    <p>The same routes take a token. Paste this:</p>
    <pre id="curl" tabindex="0">${escaped(curl)}</pre>
    <p>Or read the API's documentation, which has a sign-in of its own: <a href="/docs">Swagger UI</a>.</p>
  </section>
  <section class="wide" aria-labelledby="routes">
    <h2 id="routes">Knock</h2>
    <p class="row">
      <button data-path="/public">GET /public</button>
      <button data-path="/me">GET /me</button>
      <button data-path="/admin">GET /admin</button>
      <button data-path="/feed">GET /feed</button>
    </p>
    <pre id="answer" aria-live="polite">The answer appears here.</pre>
  </section>
</main>
<script type="module">${script}</script>
</html>
`;
