// A second token in a form body (RFC 6750 §2.2). It is never read as a credential: beside the header's it is an error.

const formType = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** Whether a `Content-Type` is that of an HTML form. */
export function isForm(contentType: unknown): boolean {
  return typeof contentType === "string" && formType.test(contentType);
}

/** Whether a body that the framework has parsed is a form with `access_token`; a JSON body's member is none. */
export function tokenInForm(
  body: unknown,
  { headers }: { readonly headers: Readonly<Record<string, unknown>> },
): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    Object.hasOwn(body, "access_token") &&
    isForm(headers["content-type"])
  );
}

/** Bytes of a form body that are searched; the application still receives all of it. */
const searchedBytes = 65_536;

/** Whether the form body of a request has `access_token` in its first 64 KB. A body that was read already is not seen. */
export async function formToken(request: Request): Promise<boolean> {
  if (request.bodyUsed) return false;
  const decoder = new TextDecoder("latin1");
  let text = "";
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    // A body that somebody else has locked can't be cloned, and is theirs.
    reader = request.clone().body?.getReader();
    if (!reader) return false;
    while (text.length < searchedBytes) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // A body that breaks off breaks off for the application too, which says so in its own way.
    return false;
  }
  // Not awaited: half of a cloned body is released when the other half was read, which is the application's to do.
  reader.cancel().catch(() => {});
  return new URLSearchParams(text.slice(0, searchedBytes)).has("access_token");
}
