import { Hono } from "hono";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/hono";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(
    { ...options, router: { paths: { callback: "/callback", logout: "/logout" } } },
    deps,
  );
  return new Hono()
    .route("/", auth.router())
    .use("*", auth.required())
    .get("/", (c) => c.text(`Hello <${auth.identity(c).email}>!`));
}
