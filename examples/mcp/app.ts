// An MCP server on Hono: its tools know which person, or which program, is calling.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { Hono } from "hono";
import {
  anyOf,
  type Identity,
  type SallyportDeps,
  type SallyportOptions,
  sallyport,
  scope,
} from "sallyport/hono";

const reader = anyOf(scope("documents:read"), scope("documents:write"));

/** `publicUrl` is the address of the MCP endpoint, and the audience that its tokens must have. */
export function buildApp(options: SallyportOptions & { publicUrl: string }, deps: SallyportDeps = {}) {
  const auth = sallyport(
    { audience: options.publicUrl, resourceMetadata: { name: "Documents" }, ...options },
    deps,
  );
  const app = new Hono();
  app.use(auth.resourceMetadata());
  app.all(new URL(options.publicUrl).pathname, auth.required(reader), async (c) => {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await toolsFor(c.var.identity).connect(transport);
    return transport.handleRequest(c.req.raw);
  });
  return app;
}

/** One server a request: nothing that it knows of one caller can reach another. */
function toolsFor(caller: Identity): McpServer {
  const server = new McpServer({ name: "documents", version: "1.0.0" });
  server.registerTool("whoami", { description: "Who is calling" }, () => ({
    content: [{ type: "text", text: `${caller.kind} ${caller.subject}` }],
  }));
  return server;
}
