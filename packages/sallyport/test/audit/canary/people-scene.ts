// An application on Fastify whose people sign in at a scripted provider: all that it says is heard.
import Fastify from "fastify";
import { type FastifyAuth, sallyport } from "../../../src/frameworks/fastify.ts";
import type { SallyportDeps, SallyportOptions } from "../../../src/sallyport.ts";
import {
  type Bent,
  type Json,
  type ProviderScript,
  type ScriptedProvider,
  startScriptedProvider,
} from "../../support/scripted-login-provider.ts";
import { canary, hearing } from "./ears.ts";
import { type CanaryBrowser, createBrowser, publicUrl } from "./people-browser.ts";
import { ears } from "./scene.ts";

export const clientSecret = `${canary("clientsecret")}-Wm4tK9`;
export const sessionSecret = `${canary("sealing")}-Kf8sW1pQzB7uM3vT6yRaE9hLxN2gJd`;

/** What a provider says of people: their own words, and others'. */
export const personal: Json = {
  sid: canary("sidattheprovider"),
  name: canary("name"),
  email: `${canary("email")}@example.org`,
  preferred_username: canary("username"),
  groups: [canary("group")],
  [canary("claimname")]: [canary("claimvalue")],
};

/** A provider's error, and what it says around it. */
export const words = {
  error: canary("error"),
  error_description: canary("description"),
  error_uri: canary("uri"),
};
export const spoken = {
  "www-authenticate": `Basic realm="${canary("realm")}", error="${canary("error")}"`,
  [canary("header")]: canary("headervalue"),
};

export interface PeopleScene {
  readonly provider: ScriptedProvider;
  readonly script: ProviderScript;
  readonly clock: { now: number };
  readonly auth: FastifyAuth<never>;
  browser(): CanaryBrowser;
  /** Waits for what no answer waited for, closes, and hears the rest. */
  end(): Promise<void>;
}

/** What differs; `undefined` leaves out what all have. */
export type OwnOptions = { readonly [Name in keyof SallyportOptions]?: SallyportOptions[Name] | undefined };

export interface PeopleSetup {
  readonly script?: ProviderScript;
  readonly options?: OwnOptions;
  readonly deps?: SallyportDeps;
}

export async function startPeople({
  script = {},
  options = {},
  deps = {},
}: PeopleSetup = {}): Promise<PeopleScene> {
  ears.permitted = { subject: canary("sub"), clientId: canary("client") };
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const provider = await startScriptedProvider({
    now,
    clientId: canary("client"),
    subject: canary("sub"),
    mark: canary("grant"),
    script: hidingScript(script),
  });
  const background: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const heard = hearing(ears, { now, waitUntil, ...deps });
  const settings = {
    issuer: provider.issuer,
    audience: "api",
    insecureAllowLoopback: true,
    fetchTimeoutSeconds: 1,
    publicUrl,
    clientId: provider.clientId,
    clientSecret,
    session: { secret: sessionSecret },
    ...options,
  } as SallyportOptions;
  const auth = sallyport(settings, heard.deps) as FastifyAuth<never>;
  ears.hear("the application's parts", [auth, auth.sessions, auth.verifier]);

  const app = Fastify();
  app.setErrorHandler((error: Error & { statusCode?: number }, _, reply) => {
    ears.hearAnswer("the framework's error handling", error);
    return reply.code(error.statusCode ?? 500).send({ message: error.message });
  });
  app.register(auth.router());
  app.get("/me", auth.required(), (request) => ({ kind: auth.identity(request).kind }));
  app.post("/things", auth.required(), () => ({ done: true }));
  app.get("/anyone", auth.optional(), () => ({ done: true }));
  app.get("/gold", auth.required({ acr: "gold", maxAgeSeconds: 60 }), () => ({ done: true }));
  app.get("/admin", auth.required({ roles: ["Admin"] }), () => ({ done: true }));
  const base = await app.listen({ host: "127.0.0.1", port: 0 });

  return {
    provider,
    script: provider.script,
    clock,
    auth,
    browser: () => createBrowser(base, provider),
    async end() {
      await Promise.all(background);
      for (const { form, headers } of provider.seen) {
        for (const name of ["code_verifier", "client_assertion", "nonce", "state"])
          ears.hide(form.get(name) ?? "");
        ears.hide(headers.dpop === undefined ? "" : String(headers.dpop));
      }
      await app.close();
      ears.hear("health()", auth.health());
      await heard.close(() => auth.close());
    },
  };
}

/** Good answers with canaries in them; the tokens themselves are looked for, too. */
function hidingScript(script: ProviderScript): ProviderScript {
  const { idToken = {}, token, userinfo } = script;
  return {
    ...script,
    idToken: {
      ...idToken,
      claims: (good) => ({ ...good, ...personal, ...idToken.claims?.({ ...good, ...personal }) }),
    },
    async token(good, form): Promise<Bent | undefined> {
      for (const name of ["access_token", "refresh_token", "id_token"])
        if (typeof good[name] === "string") ears.hide(good[name]);
      return (await token?.(good, form)) ?? { body: { ...good, [canary("member")]: canary("value") } };
    },
    userinfo: (good) => userinfo?.(good) ?? { body: { ...good, ...personal } },
  };
}
