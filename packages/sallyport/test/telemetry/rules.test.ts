// The alert rules and the dashboard ask for what there is: a metric, code or event that was renamed would leave them silent.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { refusals } from "../../src/errors.ts";
import { securityEvents } from "../../src/telemetry/books.ts";
import { sessionNames } from "../audit/events.ts";
import { startApplication } from "./application.ts";
import { promClient } from "./clients.ts";

const read = (name: string) =>
  readFileSync(new URL(`../../../../docs/observability/${name}`, import.meta.url), "utf8");
const alerts = read("alerts.yml");
const dashboard = read("grafana-dashboard.json").replaceAll('\\"', '"');
const matches = (text: string, form: RegExp) => [...text.matchAll(form)].map(([, found = ""]) => found);

test("every metric of the rules, their tests and the dashboard is exposed", async () => {
  const client = promClient();
  await startApplication({ telemetry: client.telemetry });
  const text = await client.text();
  const exposed = new Set(matches(text, /^# TYPE (\w+) \w+$/gm));
  for (const page of [alerts, read("alerts.test.yml"), dashboard]) {
    const names = new Set(matches(page, /\b(sallyport_\w+)/g));
    expect(names.size).toBeGreaterThan(5);
    for (const name of names) {
      expect(exposed.has(name.replace(/_seconds_(bucket|count|sum)$/, "_seconds")), name).toBe(true);
    }
  }
});

test("every event and code that a rule names exists", () => {
  const names = matches(alerts, /\{[^}]*\bname=~?"([^"]+)"/g).flatMap((list) => list.split("|"));
  expect(names.length).toBeGreaterThan(5);
  const known = [...securityEvents, ...sessionNames];
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
  const codes = matches(alerts, /\bcode!?=~?"([^"]+)"/g).flatMap((list) => list.split("|"));
  expect(codes.length).toBeGreaterThan(1);
  expect(codes.filter((code) => !Object.hasOwn(refusals, code))).toEqual([]);
});

test("every alert says how bad it is, what happened, and what to do", () => {
  const rules = alerts.split("- alert: ").slice(1);
  expect(rules.length).toBeGreaterThan(12);
  for (const rule of rules) {
    for (const part of [
      "severity: (warning|critical)",
      "summary: [\"']",
      "description: [\"']",
      "action: [\"']",
    ]) {
      expect(rule).toMatch(new RegExp(`\\n +${part}`));
    }
  }
});
