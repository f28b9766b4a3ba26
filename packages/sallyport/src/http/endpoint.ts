// What a router has: endpoints as data, each answering a request of any framework.
import type { Answer } from "./refusal.ts";

/** A request to one of the router's own endpoints; each framework fills it in. */
export interface EndpointRequest {
  readonly method: string;
  /** The target as it came, path and query; a mounted router's prefix included. */
  readonly target: string;
  /** One header's value, by its name in lower case; several values joined by `, `. */
  header(name: string): string | undefined;
  /** The `Cookie` headers as they came. */
  readonly cookie: string | undefined;
  /**
   * The body of a form (`application/x-www-form-urlencoded`), each pair in its order; `undefined` where the body is none, or is
   * larger than 64 KiB.
   */
  form(): Promise<URLSearchParams | undefined>;
  readonly requestId: string | undefined;
}

/** The router's endpoints, by their names in `router.paths`. */
export type EndpointName =
  | "login"
  | "callback"
  | "token"
  | "device"
  | "logout"
  | "userinfo"
  | "backchannelLogout"
  | "frontchannelLogout"
  | "session";

/** One endpoint of the router. */
export interface Endpoint {
  readonly name: EndpointName;
  /** `HEAD` is answered as `GET`. */
  readonly methods: readonly ("GET" | "POST")[];
  /** Below the router's own prefix, with a slash in front and none behind. */
  readonly path: string;
  /** Never rejects. */
  handle(request: EndpointRequest): Promise<Answer>;
}
