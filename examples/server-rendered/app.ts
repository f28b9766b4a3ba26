// A tool shed that a street shares: pages made on the server, forms, and a page that wants a second factor.
import express, { type NextFunction, type Request, type Response } from "express";
import { AuthError, type SallyportDeps, type SallyportOptions, sallyport } from "sallyport/express";
import { createMemorySessionStore } from "sallyport/stores/memory";
import { doorPage, loansPage, messagePage, shelfPage, type Visitor } from "./pages.ts";
import { createShed } from "./shed.ts";

/** @param files the folder of what is served as it is */
export function buildApp(options: SallyportOptions, files: string, deps: SallyportDeps = {}) {
  // Refusals are pages of our own, below. A browser that has to sign in is sent to the provider all the same.
  const auth = sallyport(
    { ...options, refuse: "throw" },
    { sessionStore: createMemorySessionStore(), ...deps },
  );
  const shed = createShed();
  const app = express();
  app.disable("x-powered-by");
  app.use((_request, response, next) => {
    response.set(
      "content-security-policy",
      "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    );
    next();
  });
  app.use(express.static(files));
  app.use(auth.router()); // sign-in, callback, sign-out and the rest, below /auth/v2

  // Anybody may look.
  app.get("/", auth.optional(), (request, response) => {
    response.send(shelfPage(visitorOf(request), shed));
  });

  // Who is not signed in goes to the provider, and comes back here.
  app.get("/loans", auth.required(), (request, response) => {
    response.send(loansPage(visitorOf(request), shed.loansOf(auth.identity(request))));
  });

  // A form that another site posts is refused before it gets here (CSRF): the forms need no hidden field for that.
  const form = express.urlencoded({ extended: false });
  app.post("/loans", auth.required(), form, (request, response) => {
    if (shed.lend(toolIn(request), auth.identity(request))) response.redirect(303, "/loans");
    else response.status(409).send(messagePage(visitorOf(request), { title: "Somebody was quicker" }));
  });
  app.post("/returns", auth.required(), form, (request, response) => {
    shed.takeBack(toolIn(request), auth.identity(request));
    response.redirect(303, "/loans");
  });

  // Step-up: a second factor, within the last five minutes. Who signed in without is sent to the provider once more.
  app.get("/door", auth.required({ acr: "mfa", maxAgeSeconds: 300 }), (request, response) => {
    response.send(doorPage(visitorOf(request)));
  });

  app.use(auth.optional(), (request, response) => {
    response.status(404).send(messagePage(visitorOf(request), { title: "There is nothing here" }));
  });
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (!(error instanceof AuthError)) return next(error);
    const { status, description, loginUrl } = error;
    response.status(status).send(messagePage(undefined, { title: description, loginUrl }));
  });

  function visitorOf(request: Request): Visitor | undefined {
    const identity = auth.maybeIdentity(request);
    return identity && { name: identity.name ?? identity.subject, session: auth.session(request) };
  }
  return { app, auth };
}

function toolIn({ body }: Request): number {
  return Number(body?.tool);
}
