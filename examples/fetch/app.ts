// A handler for anything that speaks Request and Response: Bun.serve, Deno.serve, a worker.
import { type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/fetch";

export function buildHandler(options: SallyportOptions, deps: SallyportDeps = {}) {
  const auth = sallyport(options, deps);
  const notes = auth.required(scope("notes:read"), (_request, { identity }) =>
    Response.json({ owner: identity.userId, notes: [] }),
  );
  return (request: Request): Response | Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === "/notes") return notes(request);
    return new Response("Not found", { status: 404 });
  };
}
