import { createServer } from "node:http";
import { type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/node";

const canRead = scope("orders:read");

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  return createServer(async (request, response) => {
    const identity = await auth.check(request, response, canRead);
    if (!identity) return; // the refusal has been sent
    response.end(`Orders of ${identity.subject}`);
  });
}
