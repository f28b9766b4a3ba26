// The sign-in through a router of Express 4, from an install folder of its own (`npm run test:services`).
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import type express from "express";
import { describe, expect, test } from "vitest";
import { sallyport } from "../../src/frameworks/express.ts";
import { runSignIn, type StartShop, signInLink, signOutForm } from "../support/run-sign-in.ts";
import { folderOf } from "./old-nest.ts";

const host = "127.0.0.1";
const deps = { audit: [] };

/** @param parses whether the application's own parser of forms stands in front */
const onExpress =
  (framework: typeof express, parses: boolean): StartShop =>
  async (options, port) => {
    const auth = sallyport(options, deps);
    const app = framework();
    if (parses) app.use(framework.urlencoded({ extended: true }));
    app.use(auth.router());
    app.get("/", auth.optional(), (request, response) => {
      response.send(auth.maybeIdentity(request) ? signOutForm : signInLink);
    });
    app.get("/orders", auth.required(), (request, response) => {
      response.json({ of: auth.identity(request).subject, until: auth.session(request)?.expiresAt });
    });
    app.post("/orders", auth.required(), (request, response) => {
      response.json({ by: auth.identity(request).subject });
    });
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return async () => {
      server.closeAllConnections();
      server.close();
      await auth.close();
    };
  };

const express4 = join(folderOf("express4"), "package.json");
if (existsSync(join(folderOf("express4"), "node_modules/express/package.json"))) {
  const require = createRequire(express4);
  describe("Express 4", () => {
    test("is what is tested", () => {
      expect(require("express/package.json").version).toMatch(/^4\./);
    });
    describe("by itself", () => runSignIn(onExpress(require("express"), false)));
    describe("behind a parser of forms", () => runSignIn(onExpress(require("express"), true)));
  });
} else {
  test.skip("express4 is not installed: `npm run test:services` installs it", () => {});
}
