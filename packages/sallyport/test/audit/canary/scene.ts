// What the scenarios share: an honest issuer, a token full of canaries, and ears for all that comes out.
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import type { SallyportOptions } from "../../../src/sallyport.ts";
import { createKit, type TokenParts } from "../../support/kit.ts";
import { canary, Ears, textOf } from "./ears.ts";

export const kit = createKit();
export const now = () => kit.nowSeconds * 1000;
export const options: SallyportOptions = { issuer: kit.issuer, audience: kit.audience, jwks: kit.jwks };
/** Every code of a refusal that any scenario came to. */
export const codes = new Set<string>();
/** Every kind of sign-in, renewal and logout that was written down. */
export const written = new Set<string>();
/** What went to warnings and unhandled rejections. */
export const stray: string[] = [];
/** Those of the scenario that runs. */
export let ears: Ears;

const noteStray = (...said: unknown[]) => void stray.push(said.map(textOf).join(" "));
beforeAll(() => {
  process.on("warning", noteStray);
  process.on("unhandledRejection", noteStray);
});
beforeEach(() => {
  ears = new Ears();
  for (const name of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    vi.spyOn(console, name).mockImplementation((...said) => ears.hear(`console.${name}`, said));
  }
});
afterEach(() => {
  for (const code of ears.codes) codes.add(code);
  for (const event of ears.events)
    if (event.type === "session") written.add(`${event.name} ${event.outcome}`);
  vi.restoreAllMocks();
});
afterAll(() => {
  process.off("warning", noteStray);
  process.off("unhandledRejection", noteStray);
});

/** What events may say of who sent the token below. */
export const self = { subject: canary("sub"), clientId: canary("client"), actor: canary("actor") };
/** Claims that fill everything a token can hold, beside what has to be right. */
const filled = {
  sub: canary("sub"),
  client_id: canary("client"),
  jti: canary("jti"),
  scope: `${canary("scope")} other`,
  roles: [canary("role")],
  groups: [canary("group")],
  permissions: [canary("permission")],
  name: canary("name"),
  email: `${canary("email")}@example.org`,
  preferred_username: canary("username"),
  acr: canary("acr"),
  amr: [canary("amr")],
  nested: { [canary("claimname")]: [canary("claimvalue")] },
  act: { sub: canary("actor"), iss: canary("actoriss") },
};
export const token = (parts: TokenParts = {}) =>
  ears.hide(kit.token({ ...parts, claims: { ...filled, ...parts.claims } }));
export const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
