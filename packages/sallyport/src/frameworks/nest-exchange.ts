// Nest's request and response, on either adapter: what the edge needs of the one, and its answer on the other.
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from "@nestjs/common";
import { type AbstractHttpAdapter, HttpAdapterHost } from "@nestjs/core";
import {
  type Answer,
  type NodeMessage,
  nodeFacts,
  Refused,
  type RequestFacts,
  type ResponseHeaders,
} from "../http/index.ts";

/** Express's request is Node's; Fastify's has Node's under `raw`. Middie notes the full URL there, Express on its own. */
interface AdapterRequest {
  readonly raw?: NodeMessage & { readonly originalUrl?: string };
  readonly originalUrl?: string;
  readonly id?: unknown;
  readonly body?: unknown;
  readonly route?: { readonly path?: unknown };
  readonly routeOptions?: { readonly url?: unknown };
}

/** The response of either adapter, as far as it is read here. */
export interface AdapterResponse {
  getHeader(name: string): unknown;
  /** Of Node's response, which Fastify's has as `raw`. */
  appendHeader?(name: string, value: string): unknown;
  readonly raw?: AdapterResponse;
}

/** Node's own request under a framework's: what both adapters, and middleware, have in common. */
export function nodeRequest(request: unknown): NodeMessage {
  if (typeof request !== "object" || request === null) {
    throw new TypeError("Sallyport takes the request that Nest hands out: Express's, Fastify's or Node's");
  }
  return (request as AdapterRequest).raw ?? (request as NodeMessage);
}

/** Reads what the edge has to know. */
export function factsOf(request: unknown): RequestFacts {
  const message = nodeRequest(request);
  const { raw, id, originalUrl, route, routeOptions } = request as AdapterRequest;
  return nodeFacts(message, {
    route: text(routeOptions?.url) ?? text(route?.path),
    requestId: id,
    originalUrl: raw?.originalUrl ?? originalUrl,
    parsed: request as AdapterRequest,
  });
}

/** The headers of either adapter's response. */
export function headersOf(adapter: AbstractHttpAdapter): ResponseHeaders<AdapterResponse> {
  return {
    get: (response, name) => response.getHeader(name),
    set: (response, name, value) => adapter.setHeader(response, name, value),
    addCookie(response, value) {
      // Adapters before Nest 10.3 have no word for it; Node's response has.
      if (adapter.appendHeader) adapter.appendHeader(response, "set-cookie", value);
      else (response.raw ?? response).appendHeader?.("set-cookie", value);
    },
  };
}

/**
 * Answers in place of the handler: the headers are set on the response and the rest is thrown, so that the
 * application's exception filters see a refusal as they see any `HttpException`; its `cause` is the `AuthError`.
 */
export function answer(given: Answer, response: AdapterResponse, adapter: AbstractHttpAdapter): never {
  for (const [name, value] of Object.entries(given.headers)) {
    // What the error handling of the application sends, it names itself.
    if (!(given.thrown && name === "content-type")) adapter.setHeader(response, name, value);
  }
  for (const cookie of given.cookies) headersOf(adapter).addCookie(response, cookie);
  if (given.thrown) throw given.thrown;
  const json = given.headers["content-type"]?.startsWith("application/json");
  if (given instanceof Refused && json && typeof given.body === "object" && given.body !== null) {
    throw new HttpException(given.body, given.status, { cause: given.error });
  }
  throw new PlainAnswer(given);
}

/**
 * What has a text as its body, or none, which Nest would wrap in an object of its own; or a type of its own
 * (`application/problem+json`), which Nest's Express adapter replaces from 11.2 on.
 */
class PlainAnswer extends HttpException {
  readonly text: string | undefined;

  constructor(given: Answer) {
    super(given.text ?? "", given.status, given instanceof Refused ? { cause: given.error } : {});
    this.text = given.text;
  }
}

/** Sends a {@link PlainAnswer} as it is. */
@Catch(PlainAnswer)
export class PlainAnswerFilter implements ExceptionFilter<PlainAnswer> {
  readonly #host: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(plain: PlainAnswer, host: ArgumentsHost): void {
    this.#host.httpAdapter.reply(host.switchToHttp().getResponse(), plain.text, plain.getStatus());
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
