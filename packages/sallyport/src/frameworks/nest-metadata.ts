// What Nest serves beside the application's routes, on the adapter itself, so that no prefix, version or guard is in its way.
import type { AbstractHttpAdapter } from "@nestjs/core";
import type { NodeMessage, Routing } from "../http/index.ts";
import type { Document } from "./common.ts";
import { addMetadataRoute } from "./fastify-metadata.ts";
import { addRootRouter } from "./fastify-router.ts";
import { type NodeResponse, send } from "./node-response.ts";
import { nodeRouter } from "./node-router.ts";

/** To be called before the application's routes are there: one that takes every path would take this one. */
export function serveMetadata(adapter: AbstractHttpAdapter, document: Document): void {
  if (adapter.getType() === "fastify") addMetadataRoute(adapter.getInstance(), document);
  else {
    adapter.use((request: NodeMessage, response: NodeResponse, next: () => void) => {
      const found = document.answer(request.method ?? "", request.url ?? "");
      if (found) send(found, response);
      else next();
    });
    document.isServed();
  }
}

/** The endpoints of the sign-in, at `router.basePath`: Nest tells no module of its global prefix. As early as the document. */
export function serveRouter(adapter: AbstractHttpAdapter, routing: Routing): void {
  if (adapter.getType() === "fastify") addRootRouter(adapter.getInstance(), routing);
  else adapter.use(nodeRouter(routing));
}
