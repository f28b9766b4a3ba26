// Node's response, under Express and without it: an answer sent, or its headers alone.
import { type Answer, type RequestFacts, vary } from "../http/index.ts";

/** Node's response, as far as it is used here. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  getHeader(name: string): unknown;
  setHeader(name: string, value: string): unknown;
  end(text?: string): unknown;
}

/** What a handler's answer carries: that it depends on who asks, and the nonce of the next DPoP proof. */
export function letIn({ dpopNonce }: RequestFacts, optional: boolean, response: NodeResponse): void {
  if (response.headersSent) return;
  if (optional) response.setHeader("vary", vary(response.getHeader("vary")));
  if (dpopNonce !== undefined) response.setHeader("dpop-nonce", dpopNonce);
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
