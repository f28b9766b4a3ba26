import { type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/fetch";

/** Behind a proxy that ends TLS and writes RFC 9440's header: DER in base64, between colons. */
export const authBehindProxy = (provider: SallyportOptions, deps: SallyportDeps = {}) =>
  sallyport(provider, {
    ...deps,
    clientCertificate(request) {
      const value = (request as Request).headers.get("client-cert");
      return value === null ? undefined : Uint8Array.from(Buffer.from(value.slice(1, -1), "base64"));
    },
  });
