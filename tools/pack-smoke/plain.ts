// TypeScript with nothing but our packages: no Node types, no framework, every declaration file checked.
import { type AuthError, createVerifier, type Identity, type Requirement, role } from "sallyport";
import { sallyport } from "sallyport/fetch";
import { fakeIssuer } from "sallyport/testing";

const idp = fakeIssuer({ audience: "my-api" });
const admin: Requirement = role("Admin");
export const auth = sallyport(idp.config, idp.deps);
export const handler = auth.required(admin, (_request: Request, { identity }) =>
  Response.json(identity.subject),
);
export const who: Promise<Identity> = createVerifier(idp.config, idp.deps).verify("token");
export const status = (error: AuthError): number => error.status;
