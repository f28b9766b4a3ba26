// APIs that refuse in a wrong way, or give something away.
import type { Outcome } from "../../support/scripted-api.ts";
import { type BrokenApi, changed } from "./api.ts";

const challenged = (on: readonly Outcome[], challenge: string) =>
  changed(on, ({ headers }) => ({ headers: { ...headers, "www-authenticate": challenge } }));

export const brokenRefusals: readonly BrokenApi[] = [
  {
    name: "a path that does not exist",
    script: { answer: () => ({ status: 404, headers: {}, body: "" }) },
    finds: "nothing_there",
    mend: /a route that exists/,
  },
  {
    name: "a redirect to a sign-in",
    script: { answer: changed(["none", "bad"], { status: 302, headers: { location: "/login" } }) },
    finds: "refused_by_redirect",
    mend: /redirects to a sign-in are for pages/,
  },
  {
    name: "403 instead of 401",
    script: { answer: changed(["none", "bad"], { status: 403 }) },
    finds: "refused_otherwise",
    mend: /Answer 401/,
    sentence: /is 403, not 401/,
  },
  {
    name: "an exception that nobody catches",
    script: { answer: changed(["bad"], { status: 500, body: "Internal Server Error" }) },
    finds: "breaks",
    mend: /Catch what the verifier throws/,
    sentence: /broken, unsigned/,
  },
  {
    name: "a provider that the API can't reach",
    script: { answer: changed(["bad", "good"], { status: 503 }) },
    finds: "cannot_check",
    mend: /Can the API reach its provider\?/,
  },
  {
    name: "400 for a bad token",
    script: { answer: changed(["bad"], { status: 400 }) },
    finds: "bad_token_not_401",
    mend: /error="invalid_token"/,
    status: 0,
  },
  {
    name: "another issuer's tokens",
    script: {
      check: () => {
        throw new Error("refused");
      },
    },
    finds: "good_token_refused",
    mend: /The API's own log says why, in one line\. `sallyport inspect/,
    sentence: /with 401/,
  },
  {
    name: "another issuer's tokens, refused with 400",
    script: {
      check: () => {
        throw new Error("refused");
      },
      answer: changed(["bad"], { status: 400 }),
    },
    finds: "bad_token_not_401 good_token_refused",
    mend: /error="invalid_token"/,
  },
  {
    name: "401 without a challenge",
    script: { answer: changed(["none", "bad"], { headers: { "cache-control": "no-store" } }) },
    finds: "challenge_missing",
    mend: /RFC 9110/,
  },
  {
    name: "a challenge that nobody can read",
    script: { answer: challenged(["none"], 'Bearer realm="api') },
    finds: "challenge_malformed",
    mend: /double quotes/,
  },
  {
    name: "a challenge for a password",
    script: { answer: challenged(["none", "bad"], 'Basic realm="api"') },
    finds: "challenge_other_scheme",
    mend: /ask people for a password/,
  },
  {
    name: "a challenge without parameters",
    script: { answer: challenged(["none"], "Bearer") },
    finds: "challenge_bare",
    mend: /realm=/,
    status: 0,
  },
  {
    name: "an error where nothing was sent",
    script: { answer: challenged(["none"], 'Bearer realm="api", error="invalid_token"') },
    finds: "error_without_token",
    mend: /RFC 6750 §3\.1/,
    status: 0,
  },
  {
    name: "no error where a bad token was sent",
    script: { answer: challenged(["bad"], 'Bearer realm="api"') },
    finds: "invalid_token_unsaid",
    mend: /a fresh token may help/,
    status: 0,
  },
  {
    name: "refusals that a cache may keep",
    script: {
      answer: changed(["none", "bad"], ({ headers }) => ({
        headers: { ...headers, "cache-control": "max-age=60" },
      })),
    },
    finds: "refusal_cacheable",
    mend: /no-store/,
    status: 0,
  },
  {
    name: "answers for everybody's cache",
    script: { answer: changed(["good"], { headers: { "cache-control": "public, max-age=60" } }) },
    finds: "answer_shared",
    mend: /RFC 9111/,
  },
  {
    name: "a refusal that repeats the token",
    script: {
      answer: (right, { request }, outcome) =>
        outcome === "bad" ? { ...right, body: `Not a token: ${request.headers.authorization}` } : right,
    },
    finds: "token_repeated",
    mend: /without what was sent/,
  },
  {
    name: "a refusal with a stack",
    script: { answer: changed(["bad"], { body: new Error("JWSInvalid").stack ?? "" }) },
    finds: "stack_trace",
    mend: /NODE_ENV=production/,
  },
];
