import { createServer } from "node:http";
import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/node";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const me = auth.required((request, response) => response.end(auth.identity(request).subject));
  const admin = auth.required(role("Admin"), (_request, response) => response.end("in"));
  return createServer((request, response) =>
    request.url === "/me" ? me(request, response) : admin(request, response),
  );
}
