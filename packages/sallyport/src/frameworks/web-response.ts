// The web's own response: an answer as a `Response`, and headers added to one that a handler made.
import { type Answer, isUpgrade, letIn, type RequestFacts, type ResponseHeaders } from "../http/index.ts";

/** An answer as it is sent. */
export function responseOf({
  status,
  headers,
  text,
  cookies,
}: Pick<Answer, "status" | "headers" | "text" | "cookies">): Response {
  const response = new Response(text ?? null, { status, headers });
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
}

/** A handler's response, with what the guard in front of it has noted: the same one, where it can be changed. */
export function carrying(facts: RequestFacts, optional: boolean, response: Response): Response {
  // Bun has handlers answer nothing once they have upgraded a connection.
  if (!(response instanceof Response) || isUpgrade(response)) return response;
  const box = { response };
  letIn(facts, optional, box, headersOf);
  return box.response;
}

const headersOf: ResponseHeaders<{ response: Response }> = {
  get: ({ response }, name) => response.headers.get(name),
  set: (box, name, value) => change(box, (headers) => headers.set(name, value)),
  addCookie: (box, value) => change(box, (headers) => headers.append("set-cookie", value)),
};

function change(box: { response: Response }, apply: (headers: Headers) => void): void {
  const { response } = box;
  try {
    apply(response.headers);
  } catch {
    // Responses of `fetch()` and `Response.redirect()` can't be changed, only copied.
    const headers = new Headers(response.headers);
    apply(headers);
    const { status, statusText } = response;
    box.response = new Response(response.body, { status, statusText, headers });
  }
}
