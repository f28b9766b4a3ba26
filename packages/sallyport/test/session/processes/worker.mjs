// One process of an application: its sessions are in a store, and its provider is asked, over HTTP. Runs what was built.
import { AuthError } from "../../../dist/index.js";
import { createSealer, createSessions, resolveSession } from "../../../dist/session/index.js";

const { storeUrl, providerUrl, secret } = JSON.parse(process.argv[2]);
let offsetMs = 0;
const now = () => Date.now() + offsetMs;

async function post(url, body) {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** Every verb of the port, asked of the process that has the store. */
const store = new Proxy(
  {},
  {
    get:
      (_, verb) =>
      async (...args) => {
        const { status, body } = await post(storeUrl, { verb, args, worker: process.pid });
        if (status !== 200) throw new Error("The store failed");
        return body.result;
      },
  },
);

const renewal = {
  async renew(content) {
    const { status, body } = await post(providerUrl, { refreshToken: content.tokens.refreshToken });
    if (status !== 200) throw new AuthError("session_ended", "The provider refused the refresh token");
    const tokens = { ...content.tokens, ...body, expiresAt: now() + 600_000 };
    return { ...content, refreshedAt: now(), tokens };
  },
  async discard() {},
};

const settings = resolveSession({ secret });
const sealer = createSealer(settings.secrets, { now });
const sessions = createSessions(settings, { style: { secure: true }, sealer, store, renewal, now });

const answers = {
  start: ({ content }) =>
    sessions.start({
      content: { ...content, startedAt: now(), refreshedAt: now() },
      since: now(),
      cookie: undefined,
    }),
  async find({ cookie, count }) {
    const all = Array.from({ length: count }, async () => {
      try {
        const { content } = await sessions.find(cookie);
        return content?.tokens.accessToken ?? "nobody";
      } catch (error) {
        return error.code ?? String(error);
      }
    });
    return Promise.all(all);
  },
};

process.on("message", async ({ id, what, offset, ...rest }) => {
  offsetMs = offset;
  process.send({ id, answer: await answers[what](rest) });
});
// Never longer than the test that began it.
process.on("disconnect", () => process.exit());
process.send({ id: "ready" });
