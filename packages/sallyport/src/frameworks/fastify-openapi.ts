// The document of `@fastify/swagger` 9: its `transform`, which finds each route's guards among the route's hooks.
import {
  createOpenApi,
  type EndpointOperation,
  type GuardNotes,
  type OpenApi,
  type OpenApiOptions,
  type ResponseObject,
} from "../openapi/index.ts";

/** Fastify's part of an OpenAPI document. */
export interface FastifyOpenApi extends OpenApi {
  /**
   * Options for `@fastify/swagger`, with yours in them: your `transform` runs first, and what a route's schema says of
   * `security` and `response` is kept. Pass the result as it is: Fastify then shows guards that are hooks of a whole plugin,
   * too. Spread, it knows the guards of routes only.
   *
   * @example
   * ```ts
   * await app.register(swagger, auth.openapi().swagger({ openapi: { info: { title: "Orders", version: "1.0.0" } } }));
   * ```
   */
  swagger<Options extends object = Record<never, never>>(
    options?: Options,
  ): Options & Transforming & ((instance: object) => Options & Transforming);
}

/** What is set among the options of `@fastify/swagger`. */
export interface Transforming {
  // `never` is what every version's own type of a schema takes.
  readonly transform: (given: object) => { schema: never; url: string };
}

/** A Fastify instance, as far as it is used here. */
interface Instance {
  addHook(name: "onRoute", hook: (this: object, route: object) => void): unknown;
}

interface Schema {
  readonly hide?: boolean;
  readonly security?: unknown;
  readonly response?: Readonly<Record<string, unknown>>;
}

/** What `@fastify/swagger` asks a transform about. */
interface Given {
  readonly schema?: Schema;
  readonly url: string;
  readonly route: Readonly<Record<string, unknown>>;
  /** Absent where the document is one of Swagger 2.0. */
  readonly openapiObject?: { components?: { securitySchemes?: Record<string, unknown> } };
}

interface TheirOptions {
  readonly openapi?: object | null;
  readonly swagger?: object | null;
  readonly transform?: ((given: Given) => { schema?: Schema; url?: string }) | null;
}

/** The phases that a guard may be a hook of. */
const phases = ["onRequest", "preParsing", "preValidation", "preHandler"] as const;

/** @throws TypeError where an option is unknown or of the wrong form */
export function fastifyOpenApi(notes: GuardNotes, options?: OpenApiOptions): FastifyOpenApi {
  const kit = createOpenApi(notes, options);
  const { operation, ruleOf, describe } = kit;
  /** On a route's options: the instance that it was declared on, whose hooks run ahead of its own. The plugin copies some. */
  const owner = Symbol("sallyport owner");
  type Owned = { [owner]?: object };
  const declared = new WeakSet<object>();

  function transformWith(theirs: TheirOptions["transform"], given: Given): { schema?: Schema; url: string } {
    const { url = given.url, schema = given.schema } = theirs?.(given) ?? {};
    const unchanged = { ...(schema === undefined ? {} : { schema }), url };
    const { route, openapiObject } = given;
    if (schema?.hide || !openapiObject) return unchanged;
    const endpoint = kit.endpointItem(route.handler)?.[String(route.method).toLowerCase()];
    if (endpoint) {
      if (endpoint.security.length > 0) declareSchemes(openapiObject);
      return { schema: asSchema(endpoint), url };
    }
    const inherited = hooksOf((route as Owned)[owner]);
    const rule = ruleOf([inherited, route].flatMap((hooks) => phases.flatMap((phase) => hooks[phase] ?? [])));
    if (!rule) return unchanged;
    const { security, responses } = describe(rule, {
      security: schema?.security,
      responses: schema?.response,
    });
    declareSchemes(openapiObject);
    // Where a route says nothing of its answers, the plugin would have named the 200 itself.
    const own = schema?.response ?? { 200: { description: "Default Response", type: "null" } };
    const added = Object.entries(responses).filter(([status]) => !Object.hasOwn(own, status));
    const response = {
      ...own,
      ...Object.fromEntries(added.map(([status, one]) => [status, forFastify(one)])),
    };
    return { schema: { ...schema, security, response }, url };
  }

  /** The plugin reads a scheme when a route names it, and fails where there is none. */
  function declareSchemes(document: NonNullable<Given["openapiObject"]>): void {
    if (declared.has(document)) return;
    declared.add(document);
    document.components ??= {};
    document.components.securitySchemes = kit.schemesBeside(document.components.securitySchemes);
  }

  function settings(theirs: TheirOptions) {
    const transform = (given: Given) => transformWith(theirs.transform, given);
    const openapi = theirs.openapi ?? (theirs.swagger ? undefined : {});
    return { ...theirs, ...(openapi === undefined ? {} : { openapi }), transform };
  }

  return {
    operation,
    get components() {
      return kit.components;
    },
    get paths() {
      return kit.paths;
    },
    swagger(theirs) {
      const given = (theirs ?? {}) as TheirOptions;
      const forInstance = (instance: Instance) => {
        instance.addHook("onRoute", function (route) {
          (route as Owned)[owner] = this;
        });
        return settings(
          typeof given === "function" ? (given as (of: unknown) => TheirOptions)(instance) : given,
        );
      };
      return Object.assign(forInstance, settings(given)) as never;
    },
  };
}

/** An operation of the router's as a route's schema has it. */
function asSchema({
  tags,
  summary,
  parameters = [],
  requestBody,
  responses,
  security,
}: EndpointOperation): Schema {
  const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  const [[type, body] = []] = Object.entries(requestBody?.content ?? {});
  const response = Object.entries(responses).map(([status, one]) => [status, { ...one, type: "null" }]);
  return {
    ...{ tags, summary, security, response: Object.fromEntries(response) },
    ...(parameters.length > 0 ? { querystring: { type: "object", properties } } : {}),
    ...(body ? { consumes: [type], body: body.schema } : {}),
  };
}

/** The hooks of an instance. Fastify shows them to nobody; without this symbol, guards of routes alone are found. */
function hooksOf(instance: object | undefined): Readonly<Record<string, unknown>> {
  if (!instance) return {};
  const symbol = Object.getOwnPropertySymbols(instance).find(
    ({ description }) => description === "fastify.hooks",
  );
  return symbol ? ((instance as Record<symbol, Record<string, unknown>>)[symbol] ?? {}) : {};
}

/** A Response Object as a route's schema has it. */
function forFastify({ description, headers, content }: ResponseObject): object {
  const named = Object.entries(headers).map(([name, header]) => [
    name,
    { type: "string", description: header.description },
  ]);
  return { description, headers: Object.fromEntries(named), ...(content ? { content } : { type: "null" }) };
}
