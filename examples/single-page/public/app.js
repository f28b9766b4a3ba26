// The page: shows what the API answers, and sends people to the sign-in when they are wanted there.
import { callApi, SignedOut, watchSession } from "./session.js";

const at = (id) => document.getElementById(id);
let session;
let renewals = 0;

/** Whoever is signed in now: an object, `null` for nobody, `undefined` where the server can't say. */
function showSession(next) {
  if (next === undefined) return notice("The server cannot be reached at the moment.");
  const ended = next === null && session !== undefined;
  const isNew = next?.subject !== session?.subject || next?.started_at !== session?.started_at;
  at("nobody").hidden = next !== null;
  at("somebody").hidden = at("person").hidden = next === null;
  if (next === null) return notice(keepsCookies() ? ended && "You are signed out." : blocked);
  notice();
  if (isNew) renewals = 0;
  else if (next.access_token_expires_at > session.access_token_expires_at) renewals += 1;
  session = next;
  const name = next.name ?? next.subject;
  at("who").textContent = name;
  at("initial").textContent = name.slice(0, 1).toUpperCase();
  at("ends").textContent = new Date(next.expires_at * 1000).toLocaleString([], {
    weekday: "long",
    hour: "numeric",
    minute: "2-digit",
  });
  at("renewed").textContent = ["not yet", "once"][renewals] ?? `${renewals} times`;
  if (isNew) load();
}

const blocked =
  "This browser keeps no cookies for this site. Allow them, and load the page again: without, nobody can sign in.";

/** Whether this browser keeps cookies for this site, which `navigator.cookieEnabled` need not know. */
function keepsCookies() {
  // biome-ignore lint/suspicious/noDocumentCookie: what is asked is whether cookies work, not what is in them
  document.cookie = "probe=1; SameSite=Lax";
  const kept = document.cookie.includes("probe=1");
  // biome-ignore lint/suspicious/noDocumentCookie: as above
  document.cookie = "probe=; Max-Age=0";
  return kept;
}

function notice(text) {
  at("notice").hidden = !text;
  at("notice").textContent = text || "";
}

function failed(error) {
  if (!(error instanceof SignedOut)) return notice(`That did not work: ${error.message}.`);
  at("sign-in").href = error.loginUrl;
  showSession(null);
}

async function load() {
  try {
    at("beds").replaceChildren(...(await callApi("/beds")).map(bedCard));
    const weather = await callApi("/weather").catch(() => undefined);
    at("weather").textContent = weather
      ? `${weather.today}. ${weather.night}.`
      : "There is no weather service.";
  } catch (error) {
    failed(error);
  }
}

function bedCard({ id, plant, place, moisture, wateredBy }) {
  const card = at("bed").content.firstElementChild.cloneNode(true);
  card.id = id;
  card.querySelector("h2").textContent = plant;
  card.querySelector(".soft").textContent = wateredBy ? `Watered by ${wateredBy}` : place;
  card.querySelector("meter").value = moisture;
  card.querySelector(".moisture").textContent = `${moisture} %`;
  card.querySelector("button").onclick = async () => {
    try {
      card.replaceWith(bedCard(await callApi(`/beds/${id}/water`, { method: "POST" })));
    } catch (error) {
      failed(error);
    }
  };
  return card;
}

function tick() {
  if (!session?.access_token_expires_at) return;
  const left = session.access_token_expires_at - Date.now() / 1000;
  at("token").textContent =
    left > 0 ? `good for ${Math.ceil(left)} s more` : "over: the next request renews it";
  at("life").max = Math.max(at("life").max, left);
  at("life").value = Math.max(0, left);
}

await watchSession(showSession);
setInterval(tick, 500);
tick();
