// The HTTP edge: what the composition root and the frameworks may reach.
export { type RequestFacts, rawAuthorization } from "./credentials.ts";
export { createGuard, type Guard, type GuardOptions, type Outcome } from "./guard.ts";
export { type OnRefused, type Refusal, Refused } from "./refusal.ts";
