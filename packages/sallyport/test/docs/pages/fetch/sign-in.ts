import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fetch";

const signOut = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const router = auth.router(); // the sign-in, the callback, the sign-out and the rest
  const home = auth.optional((_request, { identity }) => {
    const page = identity ? signOut : '<a href="/auth/v2/login">Sign in</a>';
    return new Response(page, { headers: { "content-type": "text/html" } });
  });
  const orders = auth.required((request, { identity }) => {
    const read = { of: identity.subject, until: auth.session(request)?.expiresAt };
    return Response.json(request.method === "POST" ? { by: identity.subject } : read);
  });

  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    return (await router(request)) ?? (pathname === "/" ? home(request) : orders(request));
  };
}
