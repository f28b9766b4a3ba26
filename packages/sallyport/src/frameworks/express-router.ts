// The sign-in's endpoints as a router of Express's own.
import express, { type Router } from "express";
import { nodeEndpointRequest, pathOf, type Routing } from "../http/index.ts";
import { send } from "./node-response.ts";

/**
 * A `Router` that answers the endpoints, and lets everything else through: to routes of the application's own on it, or behind.
 * Paths are compared here: a path that someone chose must not mean anything to Express's pattern language.
 */
export function expressRouter(routing: Routing): Router {
  const router = express.Router();
  router.use((request, response, next) => {
    const endpoint = routing.find(pathOf(request.url));
    if (!endpoint) return next();
    routing.requireMounted(request.baseUrl);
    const { originalUrl, body } = request;
    const { id: requestId } = request as { readonly id?: unknown };
    routing
      .answer(endpoint, nodeEndpointRequest(request, { originalUrl, body, requestId }))
      .then((answer) => send(answer, response))
      .catch(next);
  });
  return router;
}
