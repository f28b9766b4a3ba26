// Every case of the tables, on Node.
import { runTable } from "./run-table.ts";

runTable({ sync: true });
