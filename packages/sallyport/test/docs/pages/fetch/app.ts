import { role, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fetch";

export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const me = auth.required((_request, { identity }) => Response.json({ sub: identity.subject }));
  const users = auth.required(role("Admin"), () => Response.json(["alice", "bob"]));
  const feed = auth.optional((_request, { identity }) => new Response(`For ${identity?.subject ?? "you"}`));

  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === "/me") return me(request);
    if (pathname === "/users") return users(request);
    if (pathname === "/feed") return feed(request);
    return new Response(null, { status: 404 });
  };
}
