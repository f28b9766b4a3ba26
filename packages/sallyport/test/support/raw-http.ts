// HTTP/1.1 as bytes on a socket: headers twice, tabs, Latin-1, a body that never comes. `fetch` can send none of these.
import { connect } from "node:net";

export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderList;
  /** What is really sent. */
  readonly body?: string | undefined;
  /** What `Content-Length` promises. Default: the body's length. */
  readonly promisedBytes?: number | undefined;
}

export interface RawResponse {
  readonly status: number;
  /** Names in lower case; values of a repeated header are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one request on a connection of its own and reads the answer to its end. */
export function rawRequest(port: number, request: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.setTimeout(10_000, () => socket.destroy(new Error("The server did not answer within 10 seconds")));
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      const answer = parse(Buffer.concat(chunks).toString("latin1"), request.method);
      if (!answer) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on("end", () => reject(new Error("The server hung up before its answer was complete")));
    socket.write(Buffer.from(requestText(request), "latin1"));
  });
}

function requestText({ method, path, headers, body = "", promisedBytes }: RawRequest): string {
  const length = promisedBytes ?? body.length;
  const own: HeaderList = [
    ["Host", "api.example.org"],
    ...(length > 0 ? [["Content-Length", String(length)] as const] : []),
  ];
  const lines = [...own, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${path} HTTP/1.1\r\n${lines}\r\n${body}`;
}

/** The answer, once it is complete. */
function parse(text: string, method: string): RawResponse | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const rest = text.slice(end + 4);
  if (method === "HEAD" || status === 204) return { status, headers, body: rest };
  const body =
    headers["transfer-encoding"] === "chunked" ? unchunk(rest) : whole(rest, headers["content-length"]);
  return body === undefined ? undefined : { status, headers, body };
}

function whole(rest: string, length = "0"): string | undefined {
  return rest.length < Number(length) ? undefined : rest.slice(0, Number(length));
}

function unchunk(rest: string): string | undefined {
  let body = "";
  for (let at = 0; ; ) {
    const line = rest.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(rest.slice(at, line), 16);
    if (rest.length < line + 2 + size + 2) return undefined;
    if (size === 0) return body;
    body += rest.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}
