// The resource's metadata document under Nest: on the adapter itself, so that no prefix, version or guard is in its way.
import type { AbstractHttpAdapter } from "@nestjs/core";
import type { NodeMessage } from "../http/index.ts";
import type { Document } from "./common.ts";
import { addMetadataRoute } from "./fastify-metadata.ts";
import { type NodeResponse, send } from "./node-response.ts";

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
