import Fastify from "fastify";
import { AuthError, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fastify";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport({ ...options, refuse: "throw" }, deps);
  const app = Fastify();
  app.register(auth.plugin());
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof AuthError)) throw error;
    reply.code(error.status).send({ title: error.description, status: error.status });
  });
  app.get("/me", auth.required(), (request) => ({ sub: auth.identity(request).subject }));
  return app;
}
