// Checks of how the API refuses: status, challenge (RFC 6750 §3), caching, and what it gives away.
import type { Check } from "../../finding.ts";
import { cacheControl } from "../provider/transport.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Reply } from "./exchange.ts";
import { brokenToken, isSuccess, type Replies } from "./probes.ts";

const one = (replies: Replies, name: string): Reply | undefined => replies.get(name)?.[0];
const none = (replies: Replies) => one(replies, "none");
const broken = (replies: Replies) => one(replies, "broken");
const refusals = (replies: Replies) =>
  [...replies].filter(([name]) => name !== "good" && name !== "head").flatMap(([, all]) => all);

const challengesOf = ({ headers }: Reply): readonly Challenge[] | undefined =>
  parseChallenges(headers.get("www-authenticate") ?? "");
const ours = (challenges: readonly Challenge[] | undefined) =>
  challenges?.find(({ scheme }) => scheme === "bearer" || scheme === "dpop");
const is401 = (reply: Reply | undefined): reply is Reply => reply?.status === 401;

/** Whether the answer asks for a DPoP-bound token and takes no other (RFC 9449 §7.1). */
export function asksForDpopOnly(reply: Reply | undefined): boolean {
  const schemes = is401(reply) ? challengesOf(reply)?.map(({ scheme }) => scheme) : undefined;
  return schemes?.includes("dpop") === true && !schemes.includes("bearer");
}

/** The status that refuses the good token, as a broken one is refused: the route itself was not reached. */
function refusalOfGood(replies: Replies): number | undefined {
  const { status = 0 } = one(replies, "good") ?? {};
  const asBroken = status >= 400 && status < 500 && status === broken(replies)?.status;
  return status === 401 || (asBroken && is401(none(replies))) ? status : undefined;
}

/** The 4xx that the good token got behind the guard: others are refused otherwise. */
function answerBehindGuard(replies: Replies): Reply | undefined {
  const reply = one(replies, "good");
  const behind =
    reply !== undefined &&
    reply.status >= 400 &&
    reply.status < 500 &&
    reply.status !== 401 &&
    reply.status !== broken(replies)?.status;
  return behind ? reply : undefined;
}

/** The `resource_metadata` that the challenge names (RFC 9728 §5.1). */
export function namedMetadata(replies: Replies): string | undefined {
  const reply = none(replies);
  return (
    reply && challengesOf(reply)?.flatMap(({ parameters }) => parameters.get("resource_metadata") ?? [])[0]
  );
}

export const statusChecks: readonly Check<Replies>[] = [
  {
    id: "api_unreachable",
    level: "mend",
    says: "The API does not answer",
    mend: "Is it running, and is this its address?",
    test: (replies) => none(replies)?.status === 0 && `The API does not answer (${none(replies)?.failure})`,
  },
  {
    id: "nothing_there",
    level: "mend",
    says: "There is nothing at this URL, so that nothing can be said of its guard",
    mend: "Give the URL of a route that exists and answers GET; `--method` takes another.",
    test: (replies) => [404, 405, 410].includes(none(replies)?.status ?? 0),
  },
  {
    id: "refused_by_redirect",
    level: "mend",
    says: "Without a token it redirects, to a sign-in most likely: a program gets a page where it expects 401",
    mend: "Answer 401 with a challenge on the API's routes; redirects to a sign-in are for pages.",
    test: (replies) => {
      const { status = 0 } = none(replies) ?? {};
      return status >= 300 && status < 400;
    },
  },
  {
    id: "refused_otherwise",
    level: "mend",
    says: "Without a token the status is not 401",
    mend: "Answer 401 with `WWW-Authenticate` where no token came; 403 is for a good token that may not (RFC 6750 §3.1).",
    test: (replies) => {
      const { status = 0 } = none(replies) ?? {};
      const expected = [401, 404, 405, 410].includes(status);
      return status >= 400 && status < 500 && !expected && `Without a token the status is ${status}, not 401`;
    },
  },
  {
    id: "breaks",
    level: "mend",
    says: "It breaks (5xx) on a request that it should refuse",
    mend: "Catch what the verifier throws and answer 401; an error that anybody can cause fills logs and pages people at night.",
    test: (replies) => {
      const names = [...replies].filter(([, all]) =>
        all.some(({ status }) => status >= 500 && status !== 503),
      );
      return names.length > 0 && `It breaks (5xx) on: ${names.map(([name]) => name).join(", ")}`;
    },
  },
  {
    id: "cannot_check",
    level: "mend",
    says: "It answers 503: it can't check tokens at the moment",
    mend: "Can the API reach its provider? Its log says; `sallyport doctor --issuer` from the same host does, too.",
    test: (replies) => [...replies.values()].flat().some(({ status }) => status === 503),
  },
  {
    id: "bad_token_not_401",
    level: "advice",
    says: "A broken token is refused with another status than 401",
    mend: 'Answer 401 with `error="invalid_token"`: clients get a fresh token on that, and on nothing else.',
    test: (replies) => {
      const { status = 0 } = broken(replies) ?? {};
      return (
        status >= 400 &&
        status < 500 &&
        status !== 401 &&
        is401(none(replies)) &&
        `A broken token is refused with ${status}, not 401`
      );
    },
  },
  {
    id: "good_token_refused",
    level: "mend",
    says: "The token that was given as a good one is refused",
    mend: "The API's own log says why, in one line. `sallyport inspect --issuer URL --audience NAME` says of the same token which check fails, if the API is configured so.",
    test: (replies) => {
      const status = refusalOfGood(replies);
      return status !== undefined && `The token that was given as a good one is refused with ${status}`;
    },
  },
  {
    id: "good_token_may_not",
    level: "note",
    says: "The token that was given is good, and may not do this (403): what it would show was not seen",
    test: (replies) => {
      const reply = answerBehindGuard(replies);
      if (reply?.status !== 403) return undefined;
      const parameters = ours(challengesOf(reply))?.parameters;
      if (parameters?.get("error") !== "insufficient_scope") return true;
      const scope = parameters.get("scope");
      const needed = scope === undefined ? "" : `, which is ${scope}`;
      return `The token that was given is good, and lacks what the route needs${needed} (403): what it would show was not seen`;
    },
  },
  {
    id: "good_token_answered_otherwise",
    level: "note",
    says: "The guard let the good token in; the route itself answered with another 4xx",
    test: (replies) => {
      const { status } = answerBehindGuard(replies) ?? {};
      if (status === undefined || status === 403) return undefined;
      return status === 429
        ? "To the good token it answered 429 (too many requests): whether it is let in was not seen"
        : `The guard let the good token in; the route itself answered ${status}`;
    },
  },
  {
    id: "dpop_only",
    level: "note",
    says: "The API takes only DPoP-bound tokens; this command has no key, so a good one was not tried, and the others only as bearer tokens",
    test: (replies) => asksForDpopOnly(none(replies)),
  },
];

export const challengeChecks: readonly Check<Replies>[] = [
  {
    id: "challenge_missing",
    level: "mend",
    says: "The 401 has no WWW-Authenticate",
    mend: 'Send `WWW-Authenticate: Bearer realm="…"` with every 401 (RFC 9110 §15.5.2): clients learn from it what to bring.',
    test: (replies) => is401(none(replies)) && !none(replies)?.headers.has("www-authenticate"),
  },
  {
    id: "challenge_malformed",
    level: "mend",
    says: "WWW-Authenticate is not well-formed",
    mend: "Write scheme and parameters as RFC 9110 §11.6.1 has it: values in double quotes, parameters separated by commas.",
    test: (replies) => is401(none(replies)) && challengesOf(none(replies) as Reply) === undefined,
  },
  {
    id: "challenge_other_scheme",
    level: "mend",
    says: "WWW-Authenticate asks for something else than a bearer or DPoP token",
    mend: "Name the scheme that the API takes: `Bearer` (RFC 6750 §3). `Basic` makes browsers ask people for a password.",
    test: (replies) => {
      const reply = none(replies);
      const challenges = is401(reply) ? challengesOf(reply) : undefined;
      return challenges !== undefined && challenges.length > 0 && ours(challenges) === undefined;
    },
  },
  {
    id: "challenge_bare",
    level: "advice",
    says: "The challenge has no parameter, and RFC 6750 §3 wants one at least",
    mend: 'Add `realm="…"`.',
    test: (replies) => {
      const reply = none(replies);
      return is401(reply) && ours(challengesOf(reply))?.parameters.size === 0;
    },
  },
  {
    id: "error_without_token",
    level: "advice",
    says: "The challenge has an error although no token was sent",
    mend: "Leave `error` out where nothing was sent (RFC 6750 §3.1): a client takes it for a bad token, and may ask for another in vain.",
    test: (replies) => {
      const reply = none(replies);
      return is401(reply) && ours(challengesOf(reply))?.parameters.has("error");
    },
  },
  {
    id: "invalid_token_unsaid",
    level: "advice",
    says: 'A broken token is refused without error="invalid_token"',
    mend: 'Add `error="invalid_token"` to the challenge (RFC 6750 §3.1): by it a client knows that a fresh token may help.',
    test: (replies) => {
      const reply = broken(replies);
      const challenge = is401(reply) ? ours(challengesOf(reply)) : undefined;
      return challenge !== undefined && challenge.parameters.get("error") !== "invalid_token";
    },
  },
];

const shared = (headers: Headers) => {
  const directives = cacheControl(headers);
  return directives.has("public") || directives.has("s-maxage");
};

export const leakChecks: readonly Check<Replies>[] = [
  {
    id: "refusal_cacheable",
    level: "advice",
    says: "Refusals come without Cache-Control: no-store",
    mend: "Send `Cache-Control: no-store` with 401 and 403: a cache that keeps one refuses good callers.",
    test: (replies) =>
      [none(replies), broken(replies)].some(
        (reply) => is401(reply) && !cacheControl(reply.headers).has("no-store"),
      ),
  },
  {
    id: "answer_shared",
    level: "mend",
    says: "The answer to a good token may be kept by shared caches (public, s-maxage), which give it to others",
    mend: "Send `Cache-Control: private` or `no-store` with what a token opens (RFC 9111 §3.5).",
    test: (replies) => {
      const reply = one(replies, "good");
      return reply !== undefined && isSuccess(reply) && shared(reply.headers);
    },
  },
  {
    id: "token_repeated",
    level: "mend",
    says: "The refusal repeats the token that was sent",
    mend: "Say what is wrong without what was sent: answers are logged, and shown in consoles and error trackers.",
    test: (replies) => {
      const reply = broken(replies);
      const heads = [...(reply?.headers.values() ?? [])].join("\n");
      return `${reply?.body}\n${heads}`.includes(brokenToken);
    },
  },
  {
    id: "stack_trace",
    level: "mend",
    says: "A refusal shows a stack trace",
    mend: "Set NODE_ENV=production, and let the error handler send one sentence.",
    test: (replies) => refusals(replies).some(({ body }) => /\bat .{1,200}:\d+:\d+\)?/.test(body)),
  },
];
