// Node's response, under Express and without it: an answer sent, or its headers alone.
import { type Answer, vary } from "../http/index.ts";

/** Node's response, as far as it is used here. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  end(text?: string): unknown;
}

/** Says that what a handler answers depends on who asks. */
export function varyByCaller(response: NodeResponse): void {
  if (!response.headersSent) response.setHeader("vary", vary(response.getHeader("vary")));
}

/** Sends an answer, unless the application has answered while it was waited for (a timeout of its own). */
export function send(answer: Answer, response: NodeResponse): void {
  if (response.headersSent) return;
  setHeaders(answer, response);
  response.statusCode = answer.status;
  response.end(answer.text);
}

/** Sets an answer's headers, for what the framework's error handling will send. */
export function setHeaders({ headers }: Answer, response: NodeResponse): void {
  if (response.headersSent) return;
  for (const name of Object.keys(headers)) response.setHeader(name, headers[name] as string);
}
