// One provider as its client sees it: openid-client's requests, with our metadata, our limits and our words for what fails.
import { AuthError } from "../errors.ts";
import type { JsonObject } from "../identity.ts";
import { createBoundedFetch } from "./bounded-fetch.ts";
import type { LoginClient } from "./contract.ts";
import { type ClientAuthentication, createCredentials } from "./credentials.ts";
import { importDpopKey } from "./dpop-key.ts";
import { failureOf, ProviderFailure } from "./failure.ts";
import { type Configuration, type DPoPHandle, loadOpenid, type Openid } from "./openid.ts";
import { prepareAnswer, type ReadAnswer, readAnswer, type TokenAnswer } from "./token-answer.ts";
import type { Trail } from "./trail.ts";

/** What a request to the provider is about. */
export interface AskOptions {
  /** Ends up in the log where it fails: "The code", "The refresh token". */
  readonly what: string;
  readonly dpopKey?: JsonObject | undefined;
}

/** What one call of openid-client works with. */
interface Call {
  readonly openid: Openid;
  readonly config: Configuration;
  readonly dpop: { readonly DPoP?: DPoPHandle };
}

/** Asks one provider. Everything rejects with a {@link ProviderFailure}. */
export interface ProviderClient {
  readonly client: LoginClient;
  metadata(): Promise<JsonObject>;
  /** Anything that openid-client does and that gives no tokens. */
  ask<Result>(options: AskOptions, call: (call: Call) => Promise<Result> | Result): Promise<Result>;
  /** What gives tokens. */
  grant(options: AskOptions, call: (call: Call) => Promise<ReadAnswer>): Promise<TokenAnswer>;
  ageDays(): number | undefined;
}

/** What {@link createProviderClient} needs. */
export interface ProviderClientDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => number;
  readonly trail: Pick<Trail, "security">;
}

const oldDays = 90;

/** @throws TypeError where the client's credentials are none */
export function createProviderClient(
  client: LoginClient,
  where: string,
  deps: ProviderClientDeps,
): ProviderClient {
  const { provider, clientId } = client;
  const { now, trail } = deps;
  const credentials = createCredentials(client, where);
  const fetch = createBoundedFetch({ ...deps, mayAsk: provider.mayAsk, timeoutMs: provider.timeoutMs });
  let warned = false;

  function warnOfAge(): void {
    const days = credentials.ageDays(now());
    if (warned || days === undefined || days <= oldDays) return;
    warned = true;
    const message = `The client secret has been in use for ${days} days: make a new one and give both while they change`;
    trail.security({ name: "client_secret_old", issuer: provider.name, message }, { days });
  }

  async function metadata(): Promise<JsonObject> {
    try {
      return await provider.metadata();
    } catch (thrown) {
      const { message } = thrown as Error;
      throw new ProviderFailure(new AuthError("provider_unavailable", message, { cause: thrown }));
    }
  }

  async function attempt<Result>(
    { what, dpopKey }: AskOptions,
    run: (call: Call, taken: { idToken: string | undefined }) => Promise<Result> | Result,
  ): Promise<Result> {
    warnOfAge();
    try {
      const [openid, document] = await Promise.all([loadOpenid(), metadata()]);
      const ways = await credentials.ways(openid, document);
      const keys = dpopKey && (await importDpopKey(dpopKey));
      for (const [place, way] of ways.entries()) {
        const taken: { idToken: string | undefined } = { idToken: undefined };
        const config = configuration(openid, document, way, taken);
        const dpop = keys ? { DPoP: openid.getDPoPHandle(config, keys) } : {};
        try {
          const result = await run({ openid, config, dpop }, taken);
          credentials.worked(way);
          return result;
        } catch (thrown) {
          const failure = failureOf(thrown, what);
          if (failure.code !== "invalid_client" || place === ways.length - 1) throw failure;
        }
      }
      throw new TypeError("There is always one way at least");
    } catch (thrown) {
      throw failureOf(thrown, what);
    }
  }

  function configuration(
    openid: Openid,
    document: JsonObject,
    way: ClientAuthentication,
    taken: { idToken: string | undefined },
  ): Configuration {
    const server = document as unknown as ConstructorParameters<Openid["Configuration"]>[0];
    const config = new openid.Configuration(
      server,
      clientId,
      {
        // The clock is ours, in assertions and proofs as well.
        [openid.clockSkew]: Math.round((now() - Date.now()) / 1000),
        use_mtls_endpoint_aliases: credentials.mtls,
      },
      way,
    );
    config.timeout = provider.timeoutMs / 1000 + 1;
    // Whether http is allowed is judged by our own fetch, for each address.
    openid.allowInsecureRequests(config);
    config[openid.customFetch] = async (url, init) => {
      const response = await fetch(url, init);
      if (url === document.userinfo_endpoint) return response;
      const prepared = await prepareAnswer(response);
      taken.idToken = prepared.idToken;
      return prepared.response;
    };
    return config;
  }

  return {
    client,
    metadata,
    ask: (options, call) => attempt(options, call),
    grant: (options, call) =>
      attempt(options, async (made, taken) => {
        const answer = await call(made);
        const read = readAnswer(answer, taken.idToken, {
          now: now(),
          boundKey: options.dpopKey !== undefined,
        });
        if (typeof read !== "string") return read;
        throw new AuthError("login_refused", `The provider's token answer is not used: ${read}`);
      }),
    ageDays: () => credentials.ageDays(now()),
  };
}
