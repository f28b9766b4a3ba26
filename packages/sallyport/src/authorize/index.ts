// The deciding room: what other rooms and users may reach.
export {
  acr,
  allOf,
  anyOf,
  check,
  claim,
  group,
  issuer,
  kind,
  maxAge,
  permission,
  role,
  scope,
} from "./builders.ts";
export type { Check } from "./check.ts";
export {
  type Decision,
  decide,
  denialError,
  describeRequirement,
  type Missing,
  scopesToAskFor,
} from "./decide.ts";
export {
  type ClaimRequirement,
  type Requirement,
  type RequirementFields,
  requirement,
} from "./requirement.ts";
