// The configuring room: what the composition root may reach.
export { inCallersWords } from "./callers-words.ts";
export { doubtsAbout } from "./doubts.ts";
export {
  configFromEnvironment,
  type Environment,
  type EnvironmentDeps,
  extraVariables,
} from "./environment.ts";
