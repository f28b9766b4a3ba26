// OpenAPI's own objects, as far as they are written here. Plain and mutable, so that every tool's types take them.

/** One way in: every scheme that it names, with the scopes that the token needs. */
export type SecurityRequirement = Record<string, string[]>;

/** A Security Scheme Object (OpenAPI 3.0 §4.7.24, 3.1 §4.8.27). */
export type SecurityScheme =
  | {
      type: "oauth2";
      description: string;
      flows: {
        authorizationCode: { authorizationUrl: string; tokenUrl: string; scopes: Record<string, string> };
      };
    }
  | { type: "openIdConnect"; description: string; openIdConnectUrl: string }
  | { type: "http"; scheme: "bearer"; bearerFormat: "JWT"; description: string }
  | { type: "apiKey"; in: "cookie"; name: string; description: string };

/** A Media Type Object. */
export interface MediaType {
  schema?: object;
  example?: unknown;
}

/** A Response Object. */
export interface ResponseObject {
  description: string;
  headers: Record<string, { description: string; schema: { type: "string" } }>;
  content?: Record<string, MediaType>;
}

/** What is added to an Operation Object. */
export interface ProtectedOperation {
  security: SecurityRequirement[];
  responses: Record<string, ResponseObject>;
}

/** An Operation Object, or the part of one that is of interest here: whatever a tool's types say, it fits. */
export interface OperationLike {
  readonly security?: unknown;
  readonly responses?: unknown;
}
