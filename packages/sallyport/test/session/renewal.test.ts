// Renewal on Node.
import { runRenewalTable } from "./renewal-table.ts";

runRenewalTable();
