// The configuring room: what the composition root may reach.
export {
  configFromEnvironment,
  type Environment,
  type EnvironmentDeps,
  extraVariables,
} from "./environment.ts";
