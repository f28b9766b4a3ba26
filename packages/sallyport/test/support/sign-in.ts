// Signing in as a person does, over HTTP: an application on a port of its own, and the development provider.
import { type DevIdp, startDevIdp } from "../../../dev-idp/src/index.ts";
import { freePort } from "./free-port.ts";
import type { Page, PlainBrowser } from "./plain-browser.ts";

/** Where an application will be, and what it is told of the provider. */
export interface Place {
  readonly idp: DevIdp;
  readonly port: number;
  readonly url: string;
  readonly options: {
    readonly issuer: string;
    readonly insecureAllowLoopback: true;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly publicUrl: string;
    readonly session: { readonly secret: string };
  };
}

export async function startPlace(): Promise<Place> {
  const idp = await startDevIdp({ quiet: true, algorithm: "ES256" });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString("base64");
  return {
    idp,
    port,
    url,
    options: {
      issuer: idp.issuer,
      insecureAllowLoopback: true,
      clientId: "web",
      clientSecret: "web-secret",
      publicUrl: url,
      session: { secret },
    },
  };
}

/** Opens an address that leads to the provider, signs in there, and comes back. */
export async function signInAt(browser: PlainBrowser, address: string, person = "alice"): Promise<Page> {
  return browser.submit(await browser.go(address), { person });
}
