// What users of every framework need beside `sallyport()`: requirements, the identity, the error and their types.
export type {
  CallerSession,
  GuardOptions,
  OnRefused,
  Refusal,
  RefusalChange,
  ResourceMetadataOptions,
} from "../http/index.ts";
export * from "../index.ts";
export type { OpenApi, OpenApiOptions } from "../openapi/index.ts";
export type { SallyportDeps, SallyportOptions, UpstreamOptions } from "../sallyport.ts";
