// Takes the place of servers and sockets in the HTTP tables: a request goes straight to the handler, and its answer comes back
// as it would be read from a socket.

const handlers = new Map();

/** A `Request` → `Response` handler under a number of its own. */
export async function listen(handler) {
  const port = handlers.size + 1;
  handlers.set(port, handler);
  return { port, close: () => handlers.delete(port) };
}

export const bridge = (handler) => handler;

/** `@hono/node-server`'s. */
export function serve({ fetch }, listening) {
  const port = handlers.size + 1;
  handlers.set(port, fetch);
  listening({ port });
  return { close: () => handlers.delete(port) };
}

export function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return { thrown: error.message };
  }
  return { thrown: "nothing" };
}

export async function rawRequest(port, { method, path, headers: pairs, body, promisedBytes }) {
  const init = { method };
  if (body !== undefined) {
    init.body = promisedBytes === undefined ? body : neverEnding(body);
    init.duplex = "half";
  }
  const request = new Request(`http://api.example.org${path}`, init);
  // A body's own type would come first.
  request.headers.delete("content-type");
  // One by one: Deno leaves out an empty one where a list of headers is copied.
  for (const [name, value] of pairs) request.headers.append(name, value);
  const answer = await handlers.get(port)(request);
  const text = await answer.text();
  // Servers send no body with these.
  const silent = method === "HEAD" || answer.status === 204;
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: silent ? "" : text };
}

/** What was sent of a body that was promised to be longer. */
function neverEnding(text) {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
  });
}
