import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fetch";

// Bun.serve(…), Deno.serve(…), or a worker's `export default`
export function build(options?: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  return { fetch: auth.required((_request, { identity }) => Response.json({ sub: identity.subject })) };
}
