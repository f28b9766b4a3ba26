import { createServer } from "node:http";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/node";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const me = auth.required((request, response) => response.end(auth.identity(request).subject));
  const users = auth.required(role("Admin"), (_request, response) => response.end("alice, bob"));
  const feed = auth.optional((request, response) => {
    response.end(`For ${auth.maybeIdentity(request)?.subject ?? "you"}`);
  });

  const server = createServer((request, response) => {
    if (request.url === "/me") me(request, response);
    else if (request.url === "/users") users(request, response);
    else if (request.url === "/feed") feed(request, response);
    else response.writeHead(404).end();
  });
  server.on("close", () => auth.close());
  return server;
}
