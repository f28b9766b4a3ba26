// One shop in each framework's own way, over HTTP with the development provider: people sign in, order, and sign out. `GET /` is a page
// with a link to the sign-in or a form that signs out; `GET /orders` answers `{ of, until }` and `POST /orders` `{ by }`.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SallyportOptions } from "../../src/frameworks/exports.ts";
import { createPlainBrowser } from "./plain-browser.ts";
import { type Place, signInAt, startPlace } from "./sign-in.ts";

/** Starts the shop on a port of loopback; what it returns ends it. */
export type StartShop = (options: SallyportOptions, port: number) => Promise<() => Promise<unknown>>;

export const signInLink = '<a href="/auth/v2/login">Sign in</a>';
export const signOutForm = '<form method="post" action="/auth/v2/logout"><button>Sign out</button></form>';

/** Signs people in by query and by posted form. */
export function runSignIn(start: StartShop): void {
  let place: Place;
  let close: () => Promise<unknown>;
  const open = async (more: Partial<SallyportOptions> = {}) => {
    place = await startPlace();
    close = await start({ ...place.options, ...more }, place.port);
  };
  const shut = async () => {
    await close?.();
    await place?.idp.close();
  };

  describe("where the provider answers by a redirect", () => {
    beforeAll(() => open());
    afterAll(shut);

    test("a browser signs in on its way to a page; a program is told where", async () => {
      const { url } = place;
      const home = await fetch(`${url}/`);
      expect(home.headers.get("content-type")).toMatch(/^text\/html/);
      expect(await home.text()).toBe(signInLink);
      const program = await fetch(`${url}/orders`);
      expect([program.status, await program.json()]).toMatchObject([401, { error: "login_required" }]);
      const browser = createPlainBrowser();
      const landed = await signInAt(browser, `${url}/orders?page=2`);
      expect([landed.url, JSON.parse(landed.text)]).toEqual([
        `${url}/orders?page=2`,
        { of: "alice", until: expect.any(Number) },
      ]);
      const session = await browser.load(`${url}/auth/v2/session`);
      expect([session.status, JSON.parse(session.text)]).toMatchObject([
        200,
        { subject: "alice", issuer: place.idp.issuer },
      ]);
    });

    test("O01: what is posted from another site is refused, on a route and at the sign-out", async () => {
      const { url } = place;
      const browser = createPlainBrowser();
      await signInAt(browser, `${url}/auth/v2/login`, "bob");
      for (const path of ["/orders", "/auth/v2/logout"]) {
        for (const site of ["cross-site", "same-site"]) {
          expect((await browser.post(url + path, {}, { "sec-fetch-site": site })).status, path).toBe(403);
        }
      }
      expect(JSON.parse((await browser.post(`${url}/orders`)).text)).toEqual({ by: "bob" });
      expect((await browser.load(`${url}/auth/v2/session`)).status).toBe(200);
    });

    test("the page's form signs out, here and at the provider", async () => {
      const { url, idp } = place;
      const browser = createPlainBrowser();
      const home = await signInAt(browser, `${url}/auth/v2/login`);
      expect(home.text).toBe(signOutForm);
      const provider = await browser.submit(home);
      expect(new URL(provider.url).origin).toBe(idp.issuer);
      const back = await browser.submit(provider, { logout: "yes" });
      expect([back.status, back.text, new URL(back.url).origin]).toEqual([200, signInLink, url]);
      expect((await browser.load(`${url}/auth/v2/session`)).status).toBe(401);
    });
  });

  describe("where the provider answers by a posted form", () => {
    beforeAll(() => open({ login: { responseMode: "form_post" } }));
    afterAll(shut);

    test("L04, L11: the callback takes it once, and of the browser that began alone", async () => {
      const { url } = place;
      const browser = createPlainBrowser();
      const form = await signInAt(browser, `${url}/orders`);
      expect(form.text).toContain(`action="${url}/auth/v2/callback"`);
      const fromProvider = { "sec-fetch-site": "cross-site" };
      const other = await createPlainBrowser().submit(form, {}, fromProvider);
      expect(other.status).toBe(400);
      const landed = await browser.submit(form, {}, fromProvider);
      expect([landed.url, JSON.parse(landed.text).of]).toEqual([`${url}/orders`, "alice"]);
      // Loaded again, it serves nobody: the session that there is goes on.
      await browser.submit(form, {}, fromProvider);
      const orders = await browser.load(`${url}/orders`);
      expect(JSON.parse(orders.text)).toEqual(JSON.parse(landed.text));
    });
  });
}
