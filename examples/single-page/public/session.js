// Who is signed in, and until when: asked of the server now and then, for only the server knows.

const pauseMs = 3000;

/** Calls `tell` with the session, with `null` where nobody is signed in, and with `undefined` where the server cannot say. */
export function watchSession(tell) {
  const look = async () => tell(await askSession());
  // Only while somebody looks: a forgotten tab must not keep its session from ending. Back in sight, it is asked at once.
  const lookIfSeen = () => document.visibilityState === "visible" && look();
  setInterval(lookIfSeen, pauseMs);
  document.addEventListener("visibilitychange", lookIfSeen);
  return look();
}

async function askSession() {
  try {
    const response = await fetch("/auth/v2/session");
    if (response.status === 401) return null;
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

/** The session is over: `loginUrl` leads to the sign-in, and back to this page. */
export class SignedOut extends Error {
  constructor(loginUrl) {
    super("Nobody is signed in");
    this.loginUrl = loginUrl;
  }
}

/** A call to the API, as JSON. The cookie goes along by itself. */
export async function callApi(path, init) {
  const response = await fetch(`/api${path}`, init);
  const body = await response.json();
  if (response.status === 401) throw new SignedOut(body.login_url);
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return body;
}
