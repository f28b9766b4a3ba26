import express from "express";
import { anyOf, role, type SallyportDeps, type SallyportOptions, sallyport, scope } from "sallyport/express";

export function build(options: SallyportOptions, deps?: SallyportDeps) {
  const auth = sallyport(options, deps);
  const app = express();

  const admin = auth.required(anyOf(role("Admin"), scope("users:write")));
  app.get("/users", admin, (_req, res) => {
    res.json(["alice", "bob"]);
  });

  const docs = auth.openapi();
  const users = { summary: "Everybody", responses: { 200: { description: "Their names" } } };
  app.get("/openapi.json", (_req, res) => {
    res.json({
      openapi: "3.1.0",
      info: { title: "Orders", version: "1.0.0" },
      components: docs.components,
      paths: { ...docs.paths, "/users": { get: docs.operation(admin, users) } },
    });
  });
  return app;
}
