// The sign-in's endpoints as a plugin of Fastify's, and as routes of its root under Nest.
import {
  type Answer,
  type Endpoint,
  type NodeEndpointContext,
  type NodeMessage,
  nodeEndpointRequest,
  type Routing,
} from "../http/index.ts";
import { patternOf, rootOf, usualMethods } from "./fastify-metadata.ts";

/** Fastify's application, as far as it is used here: version 4 and 5. */
interface FastifyLike {
  readonly prefix: string;
  readonly supportedMethods?: readonly string[];
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null, body: unknown) => void) => void,
  ): unknown;
  route(options: object): unknown;
}

interface Request {
  readonly id: unknown;
  readonly raw: NodeMessage & { readonly originalUrl?: string };
  readonly body?: unknown;
}

interface Reply {
  code(status: number): Reply;
  header(name: string, value: string): Reply;
  headers(values: Record<string, string>): Reply;
  send(payload?: unknown): Reply;
}

/** Hears which endpoint a handler answers: for the document. */
export type NoteEndpoint = (handler: object, endpoint: Endpoint) => void;

/**
 * Adds the endpoints to a plugin's own scope. Its parsers take any body and read none: a form is read within bounds where an
 * endpoint asks for it, and what the application has for forms elsewhere is not in the way.
 */
export function addRouter(given: object, routing: Routing, note: NoteEndpoint): void {
  const app = given as FastifyLike;
  routing.mounted(app.prefix);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  for (const endpoint of routing.endpoints) {
    const handler = handlerOf(routing, endpoint, ({ body }) => body);
    note(handler, endpoint);
    const { method: all, ...route } = routeOf(app, endpoint.path);
    // A route for each method that documents show, and one for those that are refused.
    for (const method of endpoint.methods) app.route({ ...route, method, handler });
    const others = all.filter((method) => !(endpoint.methods as readonly string[]).includes(method));
    app.route({ ...route, method: others, schema: { hide: true }, handler });
  }
}

/**
 * Adds them to the application itself, as an adapter sees it. They answer ahead of the parsers, which are the adapter's.
 *
 * @param app any scope of the application
 */
export function addRootRouter(app: object, routing: Routing): void {
  const root = rootOf(app as FastifyLike);
  for (const endpoint of routing.endpoints) {
    const handler = handlerOf(routing, endpoint, () => undefined);
    const path = routing.basePath + endpoint.path;
    root.route({ ...routeOf(root, path), schema: { hide: true }, onRequest: handler, handler });
  }
}

function routeOf({ supportedMethods = usualMethods }: FastifyLike, path: string) {
  return { method: [...supportedMethods], url: patternOf(path), exposeHeadRoute: false };
}

function handlerOf(
  routing: Routing,
  endpoint: Endpoint,
  bodyOf: (request: Request) => NodeEndpointContext["body"],
) {
  return async (request: Request, reply: Reply) => {
    const { id: requestId, raw } = request;
    const context = { requestId, originalUrl: raw.originalUrl, body: bodyOf(request) };
    return sendAnswer(await routing.answer(endpoint, nodeEndpointRequest(raw, context)), reply);
  };
}

function sendAnswer({ status, headers, cookies, text }: Answer, reply: Reply): Reply {
  reply.code(status).headers({ ...headers });
  // Fastify keeps what is there of this one header.
  for (const cookie of cookies) reply.header("set-cookie", cookie);
  return reply.send(text);
}
