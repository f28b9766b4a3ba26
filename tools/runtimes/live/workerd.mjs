// workerd's fetch handler. The application is one for all requests, as a module's is.
// @ts-expect-error there on workerd alone
import { waitUntil } from "cloudflare:workers";
import { createApplication } from "./web-application.mjs";

let application;

export default {
  fetch(request, env) {
    application ??= createApplication(env.ISSUER, waitUntil);
    return application(request);
  },
};
