// `node:http` for a provider of the tests' own. Where no server can listen (workerd), a request goes straight to its handler by a
// `fetch` that knows which addresses are such servers', and everywhere else it is the runtime's own.
const listens = globalThis.navigator?.userAgent !== "Cloudflare-Workers";
const handlers = new Map();
let lastPort = 40_000;

export const createServer = listens ? (await import("node:http")).createServer : createServerInProcess;

function createServerInProcess(handle) {
  let port;
  return {
    listen(_port, _host, listening) {
      lastPort += 1;
      port = lastPort;
      handlers.set(`127.0.0.1:${port}`, handle);
      queueMicrotask(listening);
    },
    address: () => ({ port }),
    closeAllConnections() {},
    close(closed) {
      handlers.delete(`127.0.0.1:${port}`);
      queueMicrotask(closed);
    },
    get listening() {
      return handlers.has(`127.0.0.1:${port}`);
    },
  };
}

if (!listens) {
  const outside = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.hostname !== "127.0.0.1") return outside(request);
    const handle = handlers.get(url.host);
    if (!handle) throw new TypeError("Nobody listens there");
    return answerOf(handle, request, url);
  };
}

/** Node's two objects, as far as the handlers of the tests use them. */
function answerOf(handle, request, url) {
  return new Promise((resolve) => {
    const body = request.body ?? [];
    const message = {
      method: request.method,
      url: `${url.pathname}${url.search}`,
      headers: Object.fromEntries(request.headers),
      [Symbol.asyncIterator]: async function* () {
        for await (const chunk of body) yield Buffer.from(chunk);
      },
    };
    const headers = new Headers();
    let status = 200;
    const response = {
      setHeader(name, value) {
        headers.set(name, value);
        return response;
      },
      writeHead(code, more = {}) {
        status = code;
        for (const [name, value] of Object.entries(more)) headers.set(name, value);
        return response;
      },
      end(text) {
        const none = status === 204 || status === 304;
        resolve(new Response(none ? null : text, { status, headers }));
      },
    };
    handle(message, response);
  });
}
