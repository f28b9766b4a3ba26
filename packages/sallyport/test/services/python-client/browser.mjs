// A browser without a window: keeps cookies, follows redirects, signs in as alice, and says yes. `node browser.mjs URL [SECONDS]`.
import { setTimeout } from "node:timers/promises";

const [, , first = "", seconds = "0"] = process.argv;
/** By host, its port included, and by name: nothing here has two cookies of one name. */
const jar = new Map();
const person = { username: "alice", password: "alice" };

await setTimeout(Number(seconds) * 1000);
console.log(await visit(first));

/** @returns {Promise<string>} where it ended, and what was there */
async function visit(url, init = {}, steps = 30) {
  if (steps === 0) throw new Error("the pages have no end");
  const { host } = new URL(url);
  const cookie = [...(jar.get(host) ?? [])].map((pair) => pair.join("=")).join("; ");
  const headers = { accept: "text/html", "sec-fetch-mode": "navigate", ...(cookie && { cookie }) };
  const response = await fetch(url, {
    ...init,
    redirect: "manual",
    headers: { ...headers, ...init.headers },
  });
  keep(host, response.headers.getSetCookie());
  const location = response.headers.get("location");
  const text = await response.text();
  if (location !== null) return visit(new URL(location, url).href, {}, steps - 1);
  const form = formOf(text);
  if (!form) return `${response.status} ${url.split("?")[0]} ${text.slice(0, 200)}`;
  const body = new URLSearchParams(form.fields);
  return visit(new URL(form.action, url).href, { method: "POST", body }, steps - 1);
}

function keep(host, lines) {
  const own = jar.get(host) ?? new Map();
  jar.set(host, own);
  for (const line of lines) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) own.delete(name);
    else if (name !== undefined) own.set(name, value);
  }
}

/** The form with the main button, filled in as a person would; or the one that a script of the page sends at once. */
function formOf(html) {
  for (const [form] of html.matchAll(/<form[\s\S]*?<\/form>/g)) {
    const tags = [...form.matchAll(/<(input|button)\b[^>]*>/g)].map(([tag]) => attributes(tag));
    const main = tags.find((tag) => tag.class === "main");
    if (!main && !/\.submit\(\)/.test(html)) continue;
    const pressed = main?.name === undefined ? [] : [[main.name, main.value ?? ""]];
    const filled = [...form.matchAll(/<input\b[^>]*>/g)]
      .map(([tag]) => attributes(tag))
      .map(({ name, value = "" }) => [name, person[name] ?? value]);
    return {
      action: attributes(/<form[^>]*>/.exec(form)?.[0] ?? "").action ?? "",
      fields: [...filled, ...pressed],
    };
  }
  return undefined;
}

function attributes(tag) {
  const pairs = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, plain(value)]));
}

function plain(text) {
  return text
    .replace(/&#x?([0-9a-f]+);/gi, (whole, code) =>
      String.fromCodePoint(Number.parseInt(code, whole[2] === "x" ? 16 : 10)),
    )
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
