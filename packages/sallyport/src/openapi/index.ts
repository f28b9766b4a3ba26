// The documenting room: what the frameworks and users may reach.

export type { EndpointOperation } from "./endpoints.ts";
export { createNotes, type GuardNotes } from "./notes.ts";
export { createOpenApi, type OpenApi } from "./openapi.ts";
export type { OpenApiOptions } from "./options.ts";
export type { OperationLike, ResponseObject } from "./types.ts";
