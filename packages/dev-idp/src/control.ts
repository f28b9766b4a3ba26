// What is not of the protocol: the home page's buttons, `POST /control/fail` and `/control/rotate`, which scripts may use
// too, and `POST /control/token`, a token in one line.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FailureMode, FailureOptions } from "./failures.ts";
import { readBody } from "./read-body.ts";
import { sendText } from "./send.ts";
import type { TokenRequest } from "./token-request.ts";

export interface Control {
  token(request: TokenRequest): Promise<string>;
  fail(mode: FailureMode | null, options?: FailureOptions): void;
  rotateKeys(options?: { keepOld?: boolean }): string;
}

/** Does what the form says, and goes back to the home page; or answers with a token, as plain text. */
export async function serveControl(
  control: Control,
  issuer: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A form on a page elsewhere could be posted here by any visitor's browser, which then names that page's origin.
  const { origin } = request.headers;
  if (origin !== undefined && origin !== issuer) return sendText(response, 403, "Not from another site.");
  if (request.method !== "POST") return sendText(response, 405, "Use POST.");
  const form = new URLSearchParams(await readBody(request));
  try {
    if (path === "/control/token") return sendText(response, 200, await control.token(tokenRequestOf(form)));
    if (path === "/control/fail") control.fail(modeOf(form), optionsOf(form));
    else if (path === "/control/rotate") control.rotateKeys({ keepOld: form.get("keepOld") !== "false" });
    else return sendText(response, 404, "There are /control/token, /control/fail and /control/rotate.");
  } catch (error) {
    if (error instanceof TypeError) return sendText(response, 400, error.message);
    throw error;
  }
  response.writeHead(303, { location: `${issuer}/` }).end();
}

// Both are checked by `fail` itself, which says what it takes.
function modeOf(form: URLSearchParams): FailureMode | null {
  return (form.get("mode") || null) as FailureMode | null;
}

function optionsOf(form: URLSearchParams): FailureOptions {
  const options: Record<string, unknown> = {};
  if (form.has("path")) options.path = form.get("path");
  for (const name of ["delaySeconds", "offsetSeconds"])
    if (form.has(name)) options[name] = Number(form.get(name));
  return options;
}

const tokenFields: readonly string[] = ["person", "client", "scope", "audience", "format"];

// A misspelt field must not end in a token of somebody else's.
function tokenRequestOf(form: URLSearchParams): TokenRequest {
  for (const name of form.keys()) {
    if (!tokenFields.includes(name)) {
      throw new TypeError(`/control/token has no field "${name}"; it takes ${tokenFields.join(", ")}`);
    }
    if (form.getAll(name).length > 1) throw new TypeError(`/control/token takes the field "${name}" once`);
  }
  return Object.fromEntries(form);
}
