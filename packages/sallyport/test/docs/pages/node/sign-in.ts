import { createServer } from "node:http";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/node";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const router = auth.router(); // the sign-in, the callback, the sign-out and the rest
  const home = auth.optional((request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(auth.maybeIdentity(request) ? signOut : '<a href="/auth/v2/login">Sign in</a>');
  });
  const orders = auth.required((request, response) => {
    const { subject } = auth.identity(request);
    const read = { of: subject, until: auth.session(request)?.expiresAt };
    response.end(JSON.stringify(request.method === "POST" ? { by: subject } : read));
  });

  const server = createServer((request, response) => {
    if (router(request, response)) return;
    // With a query: people come back from the provider's sign-out to `/?state=…`.
    if (/^\/(\?|$)/.test(request.url ?? "")) home(request, response);
    else orders(request, response);
  });
  server.on("close", () => auth.close());
  return server;
}
