// The router's endpoints → operations: what may be sent, and what comes back.
import type { MediaType, SecurityRequirement } from "./types.ts";

/** An endpoint of the router, as far as a document tells of it. */
export interface EndpointLike {
  readonly name: string;
  readonly methods: readonly string[];
  readonly path: string;
}

/** What is said of an endpoint. */
export interface EndpointOperation {
  tags: string[];
  summary: string;
  parameters?: { name: string; in: "query"; required: boolean; schema: { type: "string" } }[];
  requestBody?: { required: boolean; content: Record<string, MediaType> };
  responses: Record<string, { description: string; content?: Record<string, MediaType> }>;
  security: SecurityRequirement[];
}

/** The endpoints of a path, by method. */
export type EndpointItem = Record<string, EndpointOperation>;

interface Words {
  readonly summary: string;
  /** Parameters of the query with GET, and of a form with POST; those with a star are required. */
  readonly takes?: readonly string[];
  readonly answers: Readonly<Record<string, string>>;
  /** Whether it is the session's alone. */
  readonly session?: true;
}

const page = "A page, where something is in the way";
const notHere = "People can't sign in at the moment";
const tooOften = "Asked too often: `Retry-After` says when again";
const noStore = "The session can't be looked up at the moment";

const words: Readonly<Record<string, Words>> = {
  login: {
    summary: "Sign in",
    takes: ["return_to", "issuer", "iss", "login_hint", "target_link_uri", "acr_values", "max_age", "prompt"],
    answers: { 200: "A choice between providers", 303: "To the provider", 400: page, 503: notHere },
  },
  callback: {
    summary: "Back from the provider",
    takes: ["code", "state", "iss", "error", "error_description"],
    answers: { 303: "To where the person was going", 400: page, 503: notHere },
  },
  token: {
    summary: "Tokens for native clients",
    takes: ["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "device_code"],
    answers: {
      200: "Tokens (RFC 6749 §5.1)",
      400: "An error (RFC 6749 §5.2)",
      429: tooOften,
      503: notHere,
    },
  },
  device: {
    summary: "Sign in on another device (RFC 8628)",
    takes: ["scope", "issuer", "offline_access"],
    answers: {
      200: "What to show to the person (RFC 8628 §3.2)",
      400: "An error (RFC 6749 §5.2)",
      429: tooOften,
      503: "Nobody can sign in by device at the moment",
    },
  },
  logout: {
    summary: "Sign out",
    takes: ["return_to"],
    answers: {
      200: "A page that asks; for scripts, signed out, and `logout_url` is the way on",
      303: "Signed out, and on to the provider",
      400: page,
      403: "Another site asks",
      503: noStore,
    },
  },
  userinfo: {
    summary: "What the provider says of the person",
    answers: {
      200: "Claims (OpenID Connect Core §5.3.2)",
      401: "Nobody is signed in, or the provider takes the session's token no more",
      403: "The provider wants a scope that the session has not got",
      503: notHere,
    },
    session: true,
  },
  backchannelLogout: {
    summary: "The provider signs somebody out (OpenID Connect Back-Channel Logout)",
    takes: ["logout_token*"],
    answers: { 200: "Signed out", 400: "The logout token is not valid" },
  },
  frontchannelLogout: {
    summary: "The provider's page signs somebody out (OpenID Connect Front-Channel Logout)",
    takes: ["iss", "sid"],
    answers: { 200: "Done, or nothing to do", 429: "Too many ask, and show no cookie", 503: noStore },
  },
  session: {
    summary: "Who is signed in, and until when",
    answers: {
      200: "The person and the session",
      401: "Nobody is signed in: `login_url` is the way",
      503: noStore,
    },
    session: true,
  },
};

/** What a document says of one endpoint, by method. */
export function endpointItem(endpoint: EndpointLike, sessionScheme: string | undefined): EndpointItem {
  return Object.fromEntries(
    endpoint.methods.map((method) => [
      method.toLowerCase(),
      endpointOperation(endpoint, method, sessionScheme),
    ]),
  );
}

/** All of them, by path. */
export function endpointPaths(
  endpoints: readonly EndpointLike[],
  basePath: string,
  sessionScheme: string | undefined,
): Record<string, EndpointItem> {
  return Object.fromEntries(endpoints.map((one) => [basePath + one.path, endpointItem(one, sessionScheme)]));
}

function endpointOperation(
  { name }: EndpointLike,
  method: string,
  sessionScheme: string | undefined,
): EndpointOperation {
  const {
    summary,
    takes = [],
    answers,
    session,
  } = words[name] ?? { summary: name, answers: { 200: "Done" } };
  const asForm = method.toUpperCase() === "POST";
  const fields = takes.map((one) => ({ name: one.replace("*", ""), required: one.endsWith("*") }));
  const schema = { type: "string" } as const;
  return {
    tags: ["Sign-in"],
    summary,
    ...(fields.length > 0 && !asForm
      ? { parameters: fields.map((one) => ({ ...one, in: "query" as const, schema })) }
      : {}),
    ...(fields.length > 0 && asForm ? { requestBody: formOf(fields) } : {}),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, description]) => [status, { description }]),
    ),
    // None, rather than nothing: the document may have a default for all of its operations.
    security: session && sessionScheme !== undefined ? [{ [sessionScheme]: [] }] : [],
  };
}

function formOf(fields: readonly { readonly name: string; readonly required: boolean }[]) {
  const required = fields.filter((one) => one.required).map(({ name }) => name);
  const schema = {
    type: "object",
    properties: Object.fromEntries(fields.map(({ name }) => [name, { type: "string" }])),
    ...(required.length > 0 ? { required } : {}),
  };
  const content = { "application/x-www-form-urlencoded": { schema } };
  return { required: required.length > 0, content };
}
