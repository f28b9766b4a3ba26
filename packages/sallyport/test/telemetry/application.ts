// A Fastify application over real HTTP, and a fake issuer with a clock: what the tests of metrics and traces send requests to.
import Fastify from "fastify";
import { onTestFinished } from "vitest";
import { type SallyportDeps, type SallyportOptions, sallyport } from "../../src/frameworks/fastify.ts";
import { type FakeIssuer, fakeIssuer } from "../../src/testing/index.ts";

export interface Application {
  readonly idp: FakeIssuer;
  readonly auth: ReturnType<typeof sallyport>;
  /** Status of a request; `token` becomes a bearer token. */
  get(path: string, token?: string): Promise<number>;
  close(): Promise<void>;
}

export async function startApplication(
  deps: SallyportDeps,
  options: SallyportOptions = {},
  idp: FakeIssuer = fakeIssuer({ audience: "my-api" }),
): Promise<Application> {
  const auth = sallyport({ ...idp.config, ...options }, { audit: [], ...idp.deps, ...deps });
  const app = Fastify();
  app.register(auth.plugin());
  app.get("/me", auth.required(), () => "ok");
  app.get("/orders/:id", auth.required({ scopes: ["orders:read"] }), () => "ok");
  app.get("/feed", auth.optional(), () => "ok");
  app.get("/lenient", auth.optional(undefined, { onInvalid: "anonymous" }), () => "ok");
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as { port: number };
  const close = () => app.close();
  onTestFinished(close);
  return {
    idp,
    auth,
    async get(path, token) {
      const headers = {
        connection: "close",
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      await response.arrayBuffer();
      return response.status;
    },
    close,
  };
}
