import { createServer } from "node:http";
import { AuthError, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/node";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport({ ...options, refuse: "throw" }, deps);
  return createServer(async (request, response) => {
    try {
      const identity = await auth.check(request, response);
      response.end(identity?.subject);
    } catch (error) {
      response.statusCode = error instanceof AuthError ? error.status : 500;
      response.end(error instanceof AuthError ? error.description : "");
    }
  });
}
