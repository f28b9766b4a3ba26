// Signing in as a person does, over HTTP: an application on a port of its own, and the development provider.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type DevIdp, startDevIdp } from "../../../dev-idp/src/index.ts";
import type { Browser, Page } from "../../../dev-idp/test/support.ts";

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

/** A port that nothing listens on: the public URL has it before the application does. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** From one host to the other, until a page comes. */
export async function through(browser: Browser, coming: Promise<Page>): Promise<Page> {
  const page = await coming;
  return page.status >= 300 && page.status < 400 ? through(browser, browser.go(page.url)) : page;
}

/** Opens an address that leads to the provider, signs in there, and comes back. */
export async function signInAt(browser: Browser, address: string, person = "alice"): Promise<Page> {
  const page = await through(browser, browser.go(address, { headers: navigation }));
  return through(browser, browser.submit(page, { person }));
}

/** What a browser sends on its way to a page. */
export const navigation = { accept: "text/html", "sec-fetch-mode": "navigate" };
