// The HTTP edge: what the composition root and the frameworks may reach.

export { createCsrfTokens } from "./csrf-tokens.ts";
export type { Endpoint, EndpointName, EndpointRequest } from "./endpoint.ts";
export { type NodeEndpointContext, nodeEndpointRequest, webEndpointRequest } from "./endpoint-request.ts";
export {
  type NodeMessage,
  nodeFacts,
  type RequestFacts,
  webFacts,
} from "./facts.ts";
export { tokenInForm } from "./form.ts";
export { createGuard, type Guard, type GuardOptions, type Outcome } from "./guard.ts";
export { isUpgrade, letIn, type ResponseHeaders } from "./let-in.ts";
export { answerMetadata } from "./metadata-answer.ts";
export { Answer, type OnRefused, type Refusal, type RefusalChange, Refused } from "./refusal.ts";
export {
  createResourceMetadata,
  type ResourceMetadata,
  type ResourceMetadataOptions,
  resourceMetadataTable,
} from "./resource-metadata.ts";
export { createRouting, pathOf, type RouterSettings, type Routing } from "./routing.ts";
export type { GuardSessions } from "./session-way.ts";
export { accessTokenOf, type CallerSession, sessionOf } from "./upstream.ts";
