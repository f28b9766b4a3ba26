import { build } from "./app.ts";

export function serve(port = 3000) {
  const { app, auth } = build({ issuer: "https://idp.example.org/realms/demo", audience: "my-api" });
  const server = app.listen(port, "127.0.0.1");
  const stop = () => server.close(() => auth.close());
  process.once("SIGTERM", stop);
  return { server, stop };
}
