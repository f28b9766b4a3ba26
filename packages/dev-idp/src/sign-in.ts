// Signing in: what oidc-provider leaves to us, from the prompt to its answer.
/// <reference path="./oidc-provider.d.ts" />
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Interaction, Provider } from "oidc-provider";
import type { Directory } from "./directory.ts";
import { signInPath } from "./endpoints.ts";
import { saveGrant } from "./grants.ts";
import { errorPage } from "./pages/error.ts";
import { pagePolicy } from "./pages/html.ts";
import { consentPage, signInPage } from "./pages/sign-in.ts";
import { knownAcrs, type Person, signIns, subjectOf } from "./people.ts";
import { readBody } from "./read-body.ts";
import { sendPage } from "./send.ts";

interface Turn {
  provider: Provider;
  directory: Directory;
  request: IncomingMessage;
  response: ServerResponse;
  interaction: Interaction;
}

/** Answers `GET` and `POST /sign-in/:uid`. */
export async function serveSignIn(turn: Omit<Turn, "interaction">): Promise<void> {
  const { provider, request, response } = turn;
  let interaction: Interaction;
  try {
    interaction = await provider.interactionDetails(request, response);
  } catch (error) {
    // A cookie that is missing, has expired or was used.
    if ((error as Error).name !== "SessionNotFound") throw error;
    return sendPage(
      response,
      400,
      errorPage([["Error", "This sign-in has expired. Please start again."]]),
      pagePolicy(),
    );
  }
  if (request.method === "POST") return answer({ ...turn, interaction });
  // Where a first-party application asks with `prompt=consent`, the answer is yes.
  if (interaction.prompt.name === "consent" && isFirstParty({ ...turn, interaction })) {
    return finish({ ...turn, interaction }, { consent: {} });
  }
  return show({ ...turn, interaction });
}

async function answer(turn: Turn): Promise<void> {
  const { directory, request, interaction } = turn;
  const form = new URLSearchParams(await readBody(request));
  if (form.has("cancel")) {
    return finish(turn, { error: "access_denied", error_description: "The person cancelled" });
  }
  if (interaction.prompt.name === "consent") return allow(turn);
  const person = form.has("person")
    ? directory.personByUsername(form.get("person"))
    : personByPassword(directory, form.get("username"), form.get("password"));
  if (!person) return show(turn, "The username or the password is wrong.");
  const [acr = "pwd"] = knownAcrs(interaction.params.acr_values);
  return finish(turn, { login: { accountId: subjectOf(person), acr, amr: signIns[acr] } });
}

async function allow(turn: Turn): Promise<void> {
  const { provider, directory, interaction } = turn;
  const { session, params, prompt, grantId } = interaction;
  const person = directory.personBySubject(session?.accountId);
  if (!person) return show(turn);
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as Missing;
  const grant = await saveGrant(provider, directory, {
    person,
    clientId: params.client_id ?? "",
    scopes: new Set([...missingOIDCScope, ...Object.values(missingResourceScopes).flat()]),
    resources: Object.keys(missingResourceScopes),
    existing: grantId === undefined ? undefined : await provider.Grant.find(grantId),
  });
  return finish(turn, { consent: { grantId: grant.jti } }, true);
}

interface Missing {
  missingOIDCScope?: string[];
  missingResourceScopes?: Record<string, string[]>;
}

function show({ directory, response, interaction }: Turn, alert?: string): void {
  const { uid, params, prompt } = interaction;
  const client = directory.client(params.client_id);
  const clientName = client?.name ?? params.client_id ?? "the application";
  const action = `${signInPath}/${uid}`;
  const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as Missing;
  const scopes = [...new Set([...missingOIDCScope, ...Object.values(missingResourceScopes).flat()])];
  const page =
    prompt.name === "consent"
      ? consentPage({ clientName, action, scopes })
      : signInPage({
          people: directory.people,
          clientName,
          action,
          hint: params.login_hint,
          ...(alert !== undefined && { alert }),
        });
  sendPage(response, alert === undefined ? 200 : 401, page, pagePolicy(params.redirect_uri));
}

async function finish(
  { provider, request, response }: Turn,
  result: Record<string, unknown>,
  mergeWithLastSubmission = false,
): Promise<void> {
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission });
}

function isFirstParty({ directory, interaction }: Turn): boolean {
  return directory.client(interaction.params.client_id)?.firstParty !== false;
}

function personByPassword(
  directory: Directory,
  username: string | null,
  password: string | null,
): Person | undefined {
  const person = directory.personByUsername(username);
  const given = Buffer.from(password ?? "");
  const wanted = Buffer.from(person?.password ?? "");
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? person : undefined;
}
