// The commands: one row each.
import type { Command } from "../command.ts";
import { dev } from "./dev.ts";
import { doctor } from "./doctor.ts";
import { inspect } from "./inspect.ts";
import { token } from "./token.ts";

export const commands: readonly Command[] = [dev, token, inspect, doctor];
