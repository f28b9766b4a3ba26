// One request as it is written, headers doubled and all, and what comes back. Redirects are not followed: a token stays here.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { codeOf } from "../../answer.ts";

export interface Sent {
  readonly method?: string;
  /** Instead of the URL that is examined: its query, mostly. */
  readonly url?: string;
  /** Each becomes a header of its own. */
  readonly authorization?: readonly string[];
  /** Instead of those that every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Reply {
  /** 0 where none came. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly failure: string | undefined;
}

const timeoutMs = 10_000;
const mostBytes = 65_536;

/** Sends a request. Never rejects. */
export function exchange(examined: string, sent: Sent): Promise<Reply> {
  const url = new URL(sent.url ?? examined);
  const make = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = [
    ...Object.entries({ host: url.host, accept: "*/*", connection: "close", ...sent.headers }),
    ...(sent.authorization ?? []).map((value) => ["authorization", value]),
  ].flat();
  return new Promise((resolve) => {
    const fail = (error: unknown) =>
      resolve({ status: 0, headers: new Headers(), body: "", failure: codeOf(error) });
    const signal = AbortSignal.timeout(timeoutMs);
    const outgoing = make(url, { method: sent.method ?? "GET", headers, signal }, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: headersOf(incoming.rawHeaders),
          body: Buffer.concat(chunks).toString(),
          failure: undefined,
        });
      incoming.on("data", (chunk: Buffer) => {
        if (size < mostBytes) chunks.push(chunk);
        size += chunk.length;
        // A stream of events would never end.
        if (size >= mostBytes || /event-stream/.test(incoming.headers["content-type"] ?? "")) {
          finish();
          incoming.destroy();
        }
      });
      incoming.on("end", finish);
      incoming.on("error", finish);
    });
    outgoing.on("error", fail);
    outgoing.end(sent.body);
  });
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = "", value = ""] = raw.slice(index, index + 2);
    // A name or value that no header may have is left out: it is not what is looked for.
    try {
      headers.append(name, value);
    } catch {}
  }
  return headers;
}
