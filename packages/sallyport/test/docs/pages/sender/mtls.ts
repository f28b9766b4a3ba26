import { createServer } from "node:https";
import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/node";

/** `key` and `cert` are the server's own. */
export function serve(provider: SallyportOptions, deps: SallyportDeps, tls: { key: string; cert: string }) {
  const auth = sallyport({ ...provider, mtls: "required" }, deps);
  const listener = auth.required((request, response) => response.end(auth.identity(request).subject));
  // Any certificate may come: the token says which one it has to be (RFC 8705 §3).
  return createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener);
}
