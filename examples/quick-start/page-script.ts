// What the page does: it asks `/me` now and then, as any application's page does, and shows what came.

export const script = `
const at = (id) => document.getElementById(id);
const clock = (ms) => new Date(ms).toLocaleTimeString();
const day = (ms) => new Date(ms).toLocaleString([], { weekday: "long", hour: "numeric", minute: "2-digit" });
let session;
let renewals = 0;

async function look() {
  const response = await fetch("/me");
  const me = await response.json();
  at("nobody").hidden = response.ok;
  at("somebody").hidden = !response.ok;
  if (!response.ok) { session = undefined; return; }
  if (session && me.session.refreshedAt > session.refreshedAt) renewals += 1;
  session = me.session;
  at("name").textContent = me.name ?? me.subject;
  at("initial").textContent = (me.name ?? me.subject).slice(0, 1).toUpperCase();
  at("roles").textContent = me.roles.join(", ") || "no roles";
  at("started").textContent = clock(session.startedAt);
  at("ends").textContent = day(session.expiresAt);
  if (renewals > 0) at("renewed").textContent = renewals + (renewals === 1 ? " time" : " times") + ", last at " + clock(session.refreshedAt);
}

function tick() {
  if (!session) return;
  const left = Math.max(0, Math.round((session.accessTokenExpiresAt - Date.now()) / 1000));
  at("token").textContent = left > 0 ? "good for " + left + " s more" : "over: the next request renews it";
  at("life").value = 100 * left / Math.max(1, Math.round((session.accessTokenExpiresAt - session.refreshedAt) / 1000));
}

for (const button of document.querySelectorAll("button[data-path]")) {
  button.onclick = async () => {
    const response = await fetch(button.dataset.path);
    const challenge = response.headers.get("www-authenticate");
    at("answer").textContent = [
      "GET " + button.dataset.path + " → " + response.status,
      ...(challenge ? ["WWW-Authenticate: " + challenge] : []),
      JSON.stringify(await response.json(), null, 2),
    ].join("\\n");
  };
}

await look();
setInterval(tick, 500);
setInterval(() => { if (session) look(); }, 5000);
`;
