// A small HTTP/1.1 client for load: keep-alive connections, one request at a time on each, of the answers only the status.
import { Buffer } from "node:buffer";
import { connect } from "node:net";

const nothing = Buffer.alloc(0);
const lastChunk = "\r\n0\r\n\r\n";

/** The bytes of a GET request, as every contestant receives them on every route. */
export function getRequest(path, token, cookie) {
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: api.example.org",
    "User-Agent: bench",
    "Accept: application/json",
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/**
 * Opens a connection. `send(bytes)` sends a request; once the answer is there in whole, `onAnswer(status)` is called, which
 * may send the next one.
 */
function openConnection(port) {
  return new Promise((resolve, reject) => {
    let pending = nothing;
    const connection = {
      onAnswer: undefined,
      send: (bytes) => socket.write(bytes),
      close: () => socket.destroy(),
    };
    // One buffer a connection for all that is read: the generator must cost less than the server.
    const socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: { buffer: Buffer.alloc(16_384), callback: receive },
    });
    function receive(length, buffer) {
      const part = buffer.subarray(0, length);
      const bytes = pending === nothing ? part : Buffer.concat([pending, part]);
      const end = answerLength(bytes);
      if (end === undefined || bytes.length < end) pending = Buffer.from(bytes);
      else if (bytes.length > end) throw new Error("The server sent more than one answer to a request");
      else {
        pending = nothing;
        connection.onAnswer(statusOf(bytes));
      }
      return true;
    }
    socket.once("connect", () => resolve(connection));
    socket.once("error", reject);
    socket.once("end", () => {
      throw new Error("The server closed a connection that was to be kept alive");
    });
  });
}

/** Opens several. */
export function openConnections(port, count) {
  return Promise.all(Array.from({ length: count }, () => openConnection(port)));
}

/** Sends one request and waits for its status. */
export function ask(connection, bytes) {
  return new Promise((resolve) => {
    connection.onAnswer = resolve;
    connection.send(bytes);
  });
}

/**
 * Sends `count` requests, the next on each connection as soon as the answer before it has come.
 *
 * @param next gives the bytes of the next request
 * @throws Error by rejection where an answer was not 200
 */
export function closedLoop(connections, next, count) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    let refused = 0;
    for (const connection of connections) {
      connection.onAnswer = (status) => {
        answered += 1;
        if (status !== 200) refused += 1;
        if (sent < count) {
          sent += 1;
          connection.send(next());
        } else if (answered === count) {
          if (refused === 0) resolve();
          else reject(new Error(`${refused} of ${count} answers were not 200`));
        }
      };
      if (sent < count) {
        sent += 1;
        connection.send(next());
      }
    }
  });
}

/**
 * Sends `count` requests at a fixed rate, whether or not the answers keep up: latency counts from the time a request was due,
 * also where it had to wait for a connection. Each is due at a random point of its interval, so that two streams don't march in step.
 * It asks the clock all the time, since timers come a millisecond late: it needs a processor to itself.
 *
 * @param next gives the bytes of the next request
 * @returns `statuses`: status → count; `latencies`: milliseconds, in the order of the answers
 */
export function openLoop(connections, next, { rate, count }) {
  const interval = 1000 / rate;
  const start = performance.now();
  const statuses = {};
  const latencies = [];
  const free = [...connections];
  const waiting = [];
  let sent = 0;
  let due = start + Math.random() * interval;
  return new Promise((resolve) => {
    function send(connection, { bytes, since }) {
      connection.onAnswer = (status) => {
        latencies.push(performance.now() - since);
        statuses[status] = (statuses[status] ?? 0) + 1;
        const request = waiting.shift();
        if (request) send(connection, request);
        else free.push(connection);
      };
      connection.send(bytes);
    }
    function tick() {
      for (const now = performance.now(); sent < count && due <= now; ) {
        const request = { bytes: next(), since: due };
        const connection = free.pop();
        if (connection) send(connection, request);
        else waiting.push(request);
        sent += 1;
        due = start + (sent + Math.random()) * interval;
      }
      if (latencies.length < count) setImmediate(tick);
      else resolve({ statuses, latencies });
    }
    tick();
  });
}

// HTTP/1.1 200 OK: the status has a fixed place.
function statusOf(bytes) {
  return (bytes[9] - 48) * 100 + (bytes[10] - 48) * 10 + (bytes[11] - 48);
}

/** Length of the answer in whole; `undefined` while that is not known yet. */
function answerLength(bytes) {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const found = /\r\n(?:content-length: (\d+)|transfer-encoding: chunked)/i.exec(bytes.latin1Slice(0, head));
  if (!found) throw new Error("An answer does not tell where it ends");
  if (found[1] !== undefined) return head + 4 + Number(found[1]);
  const last = bytes.indexOf(lastChunk, head);
  return last < 0 ? undefined : last + lastChunk.length;
}
