// The page to click on: it signs in at the provider as a browser does (authorization code with PKCE) and calls the API.

export const page = (issuer: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Sallyport quick start</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1b1f24; }
  h1 { font-size: 1.5rem; }
  button { font: inherit; margin: 0 .4rem .4rem 0; padding: .45rem .9rem; border: 1px solid #8b949e; border-radius: .4rem; background: #f6f8fa; cursor: pointer; }
  button.main { background: #1f5f3f; border-color: #1f5f3f; color: #fff; }
  pre { background: #f6f8fa; border: 1px solid #d0d7de; border-radius: .4rem; padding: 1rem; white-space: pre-wrap; word-break: break-word; min-height: 7rem; }
</style>
<h1>An API behind Sallyport</h1>
<p id="who">You are nobody yet.</p>
<p><button class="main" id="sign-in">Sign in</button></p>
<p>Then call the API, with or without being signed in:</p>
<p>
  <button data-path="/public">GET /public</button>
  <button data-path="/me">GET /me</button>
  <button data-path="/admin">GET /admin</button>
  <button data-path="/feed">GET /feed</button>
</p>
<p>Or by the API's documentation, which has a sign-in of its own: <a href="/docs">Swagger UI</a>.</p>
<pre id="answer" aria-live="polite">The answer appears here.</pre>
<script type="module">
const issuer = ${JSON.stringify(issuer).replaceAll("<", "\\u003c")};
const client = "spa";
const redirect = location.origin + "/";
const metadata = await (await fetch(issuer + "/.well-known/openid-configuration")).json();
const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
let token;

document.querySelector("#sign-in").onclick = async () => {
  const verifier = random();
  const state = random();
  sessionStorage.setItem("transaction", JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  location.href = metadata.authorization_endpoint + "?" + new URLSearchParams({
    client_id: client, redirect_uri: redirect, response_type: "code", prompt: "login",
    scope: "openid profile documents:read documents:write users:read users:write", state,
    code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: "S256",
  });
};

const answer = new URLSearchParams(location.search);
const transaction = JSON.parse(sessionStorage.getItem("transaction") ?? "null");
if (transaction && answer.get("code") && answer.get("state") === transaction.state && answer.get("iss") === issuer) {
  sessionStorage.removeItem("transaction");
  history.replaceState(null, "", "/");
  const response = await fetch(metadata.token_endpoint, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "authorization_code", client_id: client, redirect_uri: redirect,
      code: answer.get("code"), code_verifier: transaction.verifier }),
  });
  token = (await response.json()).access_token;
  const me = await (await fetch("/me", { headers: { authorization: "Bearer " + token } })).json();
  document.querySelector("#who").textContent = "You are " + (me.name ?? me.subject) + " (" + me.roles.join(", ") + ").";
  document.querySelector("#sign-in").textContent = "Sign in as somebody else";
}

for (const button of document.querySelectorAll("button[data-path]")) {
  button.onclick = async () => {
    const response = await fetch(button.dataset.path, { headers: token ? { authorization: "Bearer " + token } : {} });
    const challenge = response.headers.get("www-authenticate");
    document.querySelector("#answer").textContent = [
      "GET " + button.dataset.path + " → " + response.status,
      ...(challenge ? ["WWW-Authenticate: " + challenge] : []),
      JSON.stringify(await response.json(), null, 2),
    ].join("\\n");
  };
}
</script>
</html>
`;
