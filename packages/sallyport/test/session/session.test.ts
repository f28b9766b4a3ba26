// Sessions of both kinds on Node.
import { runSessionTable } from "./session-table.ts";

runSessionTable();
