// The sign-in's endpoints as an application of Hono's own, to be mounted by `app.route()`.
import { type Context, Hono } from "hono";
import { type Endpoint, type Routing, webEndpointRequest } from "../http/index.ts";
import { responseOf } from "./web-response.ts";

/** @param note hears which endpoint a handler answers: for the document */
export function honoRouter(routing: Routing, note: (handler: object, endpoint: Endpoint) => void): Hono {
  const app = new Hono();
  for (const endpoint of routing.endpoints) {
    const { path } = endpoint;
    const handler = async (c: Context) => {
      // The pattern with all that was put in front of it.
      routing.requireMounted(c.req.routePath.slice(0, -path.length));
      const request = webEndpointRequest(c.req.raw, {
        requestId: c.get("requestId"),
        parsed: () => parsed(c),
      });
      return responseOf(await routing.answer(endpoint, request));
    };
    note(handler, endpoint);
    app.all(path, handler);
  }
  return app;
}

/** What Hono remembers of a body that middleware has read. */
async function parsed({ req }: Context): Promise<FormData | URLSearchParams> {
  try {
    return await req.formData();
  } catch {
    return new URLSearchParams(await req.text());
  }
}
