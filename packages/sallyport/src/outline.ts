// Errors of others carry what they were about: undici's a piece of the answer or the URL with its password, a schema's a
// claim, a database's a row. What is kept for the log is their names and codes.

const deepest = 8;
const safeName = /^[A-Za-z]{0,40}(Error|Exception)$/;
/** Of Node and of drivers; or an SQLSTATE, which may begin with a digit (`57P01`). */
const safeCode = /^(?:[A-Z][A-Z0-9_]{1,60}|[0-9A-Z]{5})$/;

/** An error that says of another and its causes what they are, and nothing of what they hold. */
export function outline(thrown: unknown): Error {
  return new Error(
    chainOf(thrown)
      .map((one) => [nameOf(one), codeOf(one)].filter(Boolean).join(" "))
      .join(", caused by "),
  );
}

/** The first stable code among an error and its causes (`ECONNREFUSED`, `CERT_HAS_EXPIRED`). */
export function firstCode(thrown: unknown): string | undefined {
  return chainOf(thrown)
    .map(codeOf)
    .find((code) => code !== undefined);
}

function chainOf(thrown: unknown): unknown[] {
  const chain = [thrown];
  let last = thrown;
  while (last instanceof Error && last.cause !== undefined && chain.length < deepest) {
    last = last.cause;
    chain.push(last);
  }
  return chain;
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "something that is not an error";
  return typeof thrown.name === "string" && safeName.test(thrown.name) ? thrown.name : "Error";
}

function codeOf(thrown: unknown): string | undefined {
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && safeCode.test(code) ? code : undefined;
}
