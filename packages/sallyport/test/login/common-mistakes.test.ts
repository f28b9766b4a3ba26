// The five mistakes that are made most: what people read, and what the log says to whoever can mend it.
import { expect, test } from "vitest";
import {
  type LoginApp,
  type LoginAppOptions,
  lastCode,
  pathOf,
  signIn,
  startLoginApp,
} from "../support/login-app.ts";

const throughout = (app: LoginApp) => signIn(app, app.browser());

interface Mistake {
  readonly name: string;
  readonly options?: LoginAppOptions;
  readonly make?: (app: LoginApp) => ReturnType<typeof throughout>;
  readonly status: number;
  readonly page: string;
  readonly code: string;
  readonly log: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    name: "a callback URL that is not registered, where requests are pushed",
    options: {
      login: { par: true },
      script: { par: () => ({ status: 400, body: { error: "invalid_request" } }) },
    },
    make: (app) => app.browser().send("/auth/v2/login"),
    status: 400,
    page: "The provider did not sign you in",
    code: "login_refused",
    log: /authorization request \(redirect_uri https:\/\/app\.example\/auth\/v2\/callback\) was refused by the provider \(invalid_request\)/,
  },
  {
    name: "a wrong secret",
    options: { script: { refusedSecrets: ["web-secret-web-secret-web-secret-1"] } },
    status: 503,
    page: "The provider does not accept this application",
    code: "provider_refused_client",
    log: /compare clientId, clientSecret and authMethod/,
  },
  {
    name: "a clock that is behind the provider's",
    options: { script: { idToken: { claims: (good) => ({ ...good, iat: Number(good.iat) + 60 }) } } },
    status: 400,
    page: "The provider&#39;s answer to the sign-in is not valid",
    code: "invalid_id_token",
    log: /compare the provider's clock with this one/,
  },
  {
    name: "a clock that is ahead of the provider's",
    options: { script: { idToken: { claims: (good) => ({ ...good, exp: Number(good.iat) - 60 }) } } },
    status: 400,
    page: "The provider&#39;s answer to the sign-in is not valid",
    code: "invalid_id_token",
    log: /compare the provider's clock with this one/,
  },
  {
    name: "a cookie that is blocked, or a callback on another host",
    make: async (app) => {
      const { location = "" } = await app.provider.visit(await app.browser().open());
      return app.browser().send(pathOf(location));
    },
    status: 400,
    page: "This sign-in cannot be continued: start again",
    code: "login_interrupted",
    log: /is the cookie blocked, or the callback on another host/,
  },
  {
    name: "a provider that is down",
    make: async (app) => {
      await app.provider.stop();
      return app.browser().send("/auth/v2/login");
    },
    status: 503,
    page: "The provider cannot be asked at the moment",
    code: "provider_unavailable",
    // Not every runtime says ECONNREFUSED behind it.
    log: /The request failed before an answer came/,
  },
];

test.each(mistakes)("$name", async ({ options, make = throughout, status, page, code, log }) => {
  const app = await startLoginApp(options);
  const answer = await make(app);
  expect([answer.status, lastCode(app), app.sessions.live.size]).toEqual([status, code, 0]);
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.text).toContain(page);
  expect(app.log.map(({ message }) => message).join("\n")).toMatch(log);
});
