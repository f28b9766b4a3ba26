// The HTTP edge: what the composition root and the frameworks may reach.
export { rawAuthorization } from "./credentials.ts";
export {
  type NodeContext,
  type NodeMessage,
  nodeFacts,
  type RequestFacts,
  type WebContext,
  webFacts,
} from "./facts.ts";
export { tokenInForm } from "./form.ts";
export { createGuard, type Guard, type GuardOptions, type Outcome } from "./guard.ts";
export { isPreflight } from "./preflight.ts";
export { Answer, type OnRefused, type Refusal, type RefusalChange, Refused } from "./refusal.ts";
export { vary } from "./vary.ts";
