// Node's response, under Express and without it: an answer sent, or its headers alone.
import { type Answer, letIn as carry, type RequestFacts, type ResponseHeaders } from "../http/index.ts";

/** Node's response, as far as it is used here. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string | readonly string[]): unknown;
  end(text?: string): unknown;
}

const headersOf: ResponseHeaders<NodeResponse> = {
  get: (response, name) => response.getHeader(name),
  set: (response, name, value) => response.setHeader(name, value),
  addCookie(response, value) {
    const present = (response.getHeader("set-cookie") ?? []) as string | readonly string[];
    response.setHeader("set-cookie", [...(typeof present === "string" ? [present] : present), value]);
  },
};

/** What a handler's answer carries: whom it depends on, the nonce of the next DPoP proof, a session's cookies. */
export function letIn(facts: RequestFacts, optional: boolean, response: NodeResponse): void {
  if (!response.headersSent) carry(facts, optional, response, headersOf);
}

/** Sends an answer, unless the application has answered while it was waited for (a timeout of its own). */
export function send(answer: Answer, response: NodeResponse): void {
  if (response.headersSent) return;
  setHeaders(answer, response);
  response.statusCode = answer.status;
  response.end(answer.text);
}

/** Sets an answer's headers, for what the framework's error handling will send. */
export function setHeaders({ headers, cookies }: Answer, response: NodeResponse): void {
  if (response.headersSent) return;
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name] as string);
  for (const cookie of cookies) headersOf.addCookie(response, cookie);
}
