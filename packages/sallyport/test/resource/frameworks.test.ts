// Every framework's application with two resources, and with a guard in front of everything.
import { runResourceCases } from "./run-resource-cases.ts";
import { applications } from "./servers.ts";

for (const [name, make] of applications) runResourceCases(name, make);
