// The HTTP edge: what the composition root and the frameworks may reach.

export type { Endpoint, EndpointName, EndpointRequest } from "./endpoint.ts";
export {
  type NodeMessage,
  nodeFacts,
  type RequestFacts,
  webFacts,
} from "./facts.ts";
export { tokenInForm } from "./form.ts";
export { createGuard, type Guard, type GuardOptions, type Outcome } from "./guard.ts";
export { answerMetadata } from "./metadata-answer.ts";
export { Answer, type OnRefused, type Refusal, type RefusalChange, Refused } from "./refusal.ts";
export {
  createResourceMetadata,
  type ResourceMetadata,
  type ResourceMetadataOptions,
  resourceMetadataTable,
} from "./resource-metadata.ts";
export { vary } from "./vary.ts";
