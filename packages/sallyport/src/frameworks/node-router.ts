// The sign-in's endpoints on Node's own request and response: of plain Node, of Connect's middleware, of Nest on Express.
import { type NodeMessage, nodeEndpointRequest, type Routing } from "../http/index.ts";
import { type NodeResponse, send } from "./node-response.ts";

/** What a framework on Node may have added to a request. */
type Request = NodeMessage & {
  readonly originalUrl?: string;
  readonly id?: unknown;
  readonly body?: unknown;
};

/** Answers the endpoints at the router's prefix, whatever stands in front of it; any other request goes on. */
export function nodeRouter(
  routing: Routing,
): (request: NodeMessage, response: NodeResponse, next?: (error?: unknown) => void) => boolean {
  return (request: Request, response, next) => {
    const { originalUrl, url = "", body, id: requestId } = request;
    const endpoint = routing.findTarget(originalUrl ?? url);
    if (!endpoint) {
      next?.();
      return false;
    }
    const answer = routing.answer(endpoint, nodeEndpointRequest(request, { originalUrl, body, requestId }));
    answer.then((settled) => send(settled, response)).catch(next ?? (() => response.end()));
    return true;
  };
}
