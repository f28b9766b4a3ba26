// A browser of the plainest kind: it goes where it is sent, keeps the cookies of each host, and fills in a form.

/** Signs alice in at an application, from its page to the provider's form and back. Gives what it sends from then on. */
export async function signIn(url, person = "alice") {
  const jars = new Map();
  let answer = await go(url, {}, jars);
  for (let step = 0; step < 20; step += 1) {
    const location = answer.headers.get("location");
    if (location !== null) {
      await answer.body?.cancel();
      answer = await go(new URL(location, answer.at), {}, jars);
      continue;
    }
    const text = await answer.text();
    const form = formOf(text);
    if (!form) {
      if (answer.status !== 200)
        throw new Error(`${answer.at} answered ${answer.status}: ${text.slice(0, 300)}`);
      return cookieOf(jarOf(jars, new URL(url)));
    }
    const body = new URLSearchParams({ ...form.hidden, person });
    answer = await go(new URL(form.action, answer.at), { method: "POST", body }, jars);
  }
  throw new Error(`${url}: sent on and on`);
}

async function go(url, init, jars) {
  const target = new URL(url);
  const jar = jarOf(jars, target);
  const answer = await fetch(target, {
    ...init,
    redirect: "manual",
    headers: { accept: "text/html", "sec-fetch-mode": "navigate", cookie: cookieOf(jar) },
  });
  for (const line of answer.headers.getSetCookie()) {
    const [pair] = line.split(";");
    const at = pair.indexOf("=");
    const gone = /;\s*(Max-Age=0(;|$)|Expires=Thu, 01 Jan 1970)/i.test(line);
    if (gone || pair.length === at + 1) jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return Object.assign(answer, { at: target.href });
}

function jarOf(jars, { host }) {
  if (!jars.has(host)) jars.set(host, new Map());
  return jars.get(host);
}

const cookieOf = (jar) => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");

/** The provider's form that takes a person's name. */
function formOf(text) {
  for (const [, action, inside] of text.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)) {
    if (!inside.includes('name="person"')) continue;
    const hidden = [...inside.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([field]) =>
      ["name", "value"].map((name) => new RegExp(` ${name}="([^"]*)"`).exec(field)?.[1] ?? ""),
    );
    return { action: action.replaceAll("&amp;", "&"), hidden: Object.fromEntries(hidden) };
  }
  return undefined;
}
