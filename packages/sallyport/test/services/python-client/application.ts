// An application that serves native clients, with a route that takes their tokens, and its provider.
import { startDevIdp } from "../../../../dev-idp/src/index.ts";
import { sallyport } from "../../../src/frameworks/node.ts";
import { createLogin } from "../../../src/login/index.ts";
import { createSealer, createSessions } from "../../../src/session/index.ts";
import { createVerifier } from "../../../src/verify/index.ts";
import { endpointListener } from "../../support/endpoint-server.ts";
import { listen } from "../../support/listen.ts";

export interface NativeApplication {
  readonly url: string;
  /** Each request that came: method and path. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** @param device whether the provider says that it has a device endpoint */
export async function startApplication({ device }: { readonly device: boolean }): Promise<NativeApplication> {
  // So short that the client renews at its next call.
  const idp = await startDevIdp({ quiet: true, accessTokenSeconds: 30 });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init);
    if (device || !String(input).includes("/.well-known/")) return response;
    const { device_authorization_endpoint: _, ...rest } = (await response.json()) as Record<string, unknown>;
    return Response.json(rest);
  };
  const common = { issuer: idp.issuer, audience: idp.audience, insecureAllowLoopback: true };
  const auth = sallyport(common);
  const verifier = createVerifier(common, { fetch }, undefined, { clients: [true] });
  const [provider] = verifier.providers();
  if (!provider) throw new TypeError("The verifier has a provider");
  const seen: string[] = [];
  const guarded = auth.required((_request, response) => {
    response.end("let in");
  });
  const listener = endpointListener(() => login.endpoints, guarded);
  const server = await listen((request, response) => {
    seen.push(`${request.method} ${request.url?.split("?")[0]}`);
    return listener(request, response);
  });
  const url = `http://127.0.0.1:${server.port}`;
  const secret = new Uint8Array(32).map((_, index) => index * 7);
  const sealer = createSealer([secret]);
  const settings = {
    secrets: [secret],
    idleMs: 60_000,
    absoluteMs: 60_000,
    staleMs: 0,
    cookieName: "session",
  };
  const login = createLogin(
    {
      clients: [{ provider, clientId: "web", clientSecret: "web-secret" }],
      publicUrl: url,
      nativeClients: {},
    },
    { fetch, sealer, sessions: createSessions(settings, { style: { secure: false }, sealer }) },
  );
  return {
    url,
    seen,
    async close() {
      await server.close();
      verifier.close();
      auth.close();
      await idp.close();
    },
  };
}
