// The resource's metadata document as a route of Fastify's: of an application of its own, and of Nest's.
import type { Answer } from "../http/index.ts";
import type { Document } from "./common.ts";

/** Fastify's application, as far as it is used here: version 4 and 5. */
interface FastifyLike {
  readonly supportedMethods?: readonly string[];
  route(options: {
    method: string[];
    url: string;
    exposeHeadRoute: boolean;
    schema: object;
    onRequest: Handler;
    handler: Handler;
  }): unknown;
}

type Handler = (
  request: { readonly raw: { readonly method?: string; readonly url?: string } },
  reply: Reply,
) => void;

interface Reply {
  code(status: number): Reply;
  headers(values: Record<string, string>): Reply;
  send(payload?: string): unknown;
  callNotFound(): unknown;
}

/** Where a Fastify lacks a list of its own. */
export const usualMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/**
 * Adds the route. It goes to the application itself, since its path begins at the root of the host: a plugin's prefix would
 * be added to it. Plugins' applications inherit from the one above them.
 */
export function addMetadataRoute(app: object, { path, answer, isServed }: Document): void {
  const root = rootOf(app as FastifyLike);
  const handler: Handler = ({ raw }, reply) => {
    const found = answer(raw.method ?? "", raw.url ?? "");
    // The router decodes, and may be told to ignore case or a slash at the end: what it takes for the same is another path.
    if (found) sendAnswer(found, reply);
    else reply.callNotFound();
  };
  root.route({
    method: [...(root.supportedMethods ?? usualMethods)],
    url: patternOf(path),
    exposeHeadRoute: false,
    schema: { hide: true },
    // Ahead of the body, which nobody wants.
    onRequest: handler,
    handler,
  });
  isServed();
}

/** Sends an answer that is nobody's refusal. */
function sendAnswer({ status, headers, text }: Answer, reply: Reply): void {
  reply
    .code(status)
    .headers({ ...headers })
    .send(text);
}

/**
 * The router decodes what `decodeURI` does, a colon begins a parameter, two are one. What it leaves encoded, and a star, no
 * pattern can spell: from there on it takes anything, and the handler looks closer.
 */
export function patternOf(path: string): string {
  const [plain = "", ...rest] = decodeURI(path).split(/\*|%(?=2[346BCF]|3[ABDF]|40)/i);
  return `${plain.replaceAll(":", "::")}${rest.length > 0 ? "*" : ""}`;
}

/** The application itself: those of plugins inherit from the one above them. */
export function rootOf<App extends Pick<FastifyLike, "route">>(app: App): App {
  let root = app;
  for (;;) {
    const above = Object.getPrototypeOf(root) as App | null;
    if (typeof above?.route !== "function") return root;
    root = above as App;
  }
}
