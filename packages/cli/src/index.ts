// `@sallyport/cli`: the command as a function, for tests and for tools that call it.
export type { Input, Io, Output } from "./io.ts";
export { main } from "./main.ts";
