// A real Prometheus over a real application: what promtool says of the metrics and rules, every query of the dashboard, and an
// outage of the provider up to the alert. Needs SALLYPORT_PROMETHEUS and SALLYPORT_PROMTOOL (`npm run test:services` sets them).
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startScraped } from "./prometheus/application.ts";
import { type Prometheus, startPrometheus } from "./prometheus/server.ts";

const { SALLYPORT_PROMETHEUS: program = "", SALLYPORT_PROMTOOL: promtool = "" } = process.env;
const folder = fileURLToPath(new URL("../../../../docs/observability/", import.meta.url));
const alerts = readFileSync(`${folder}alerts.yml`, "utf8");

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

/** Every expression of the dashboard, its variables as Grafana would fill them in. */
function dashboardQueries(): [string, string][] {
  const { panels } = JSON.parse(readFileSync(`${folder}grafana-dashboard.json`, "utf8")) as Dashboard;
  const filled = (expression: string) =>
    expression.replaceAll("$job", ".+").replaceAll("$__rate_interval", "1m").replaceAll("$__range", "5m");
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): [string, string] => [title, filled(expr)]),
  );
}

function runPromtool(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd: folder, input, encoding: "utf8" });
  return { status, text: `${stdout}${stderr}` };
}

describe.skipIf(program === "" || promtool === "")("Prometheus", () => {
  const until = { timeout: 50_000, interval: 500 };
  let application: Awaited<ReturnType<typeof startScraped>>;
  let prometheus: Prometheus;
  let timer: ReturnType<typeof setInterval> | undefined;

  beforeAll(async () => {
    application = await startScraped();
    // As they are, but for the time that each condition has to last.
    const impatient = alerts.replace(/for: \d+m/g, "for: 1s");
    prometheus = await startPrometheus(program, application.address, impatient);
  }, 30_000);
  afterAll(async () => {
    clearInterval(timer);
    await prometheus?.stop();
    await application?.close();
  });

  test("promtool finds nothing wrong with the rules, and each alert fires for what it is about alone", () => {
    const rules = runPromtool(["check", "rules", "alerts.yml"]);
    expect(rules, rules.text).toMatchObject({ status: 0 });
    const tests = runPromtool(["test", "rules", "alerts.test.yml"]);
    expect(tests, tests.text).toMatchObject({ status: 0 });
  });

  test("promtool finds nothing wrong with the metrics, before and after traffic of every outcome", async () => {
    const before = await application.metrics();
    const scraped = () => prometheus.query('count(sallyport_decisions_total{job="api"})');
    await vi.waitFor(async () => expect(await scraped()).toHaveLength(1), until);
    expect(await application.traffic()).toEqual([
      200, 200, 200, 401, 400, 401, 401, 401, 401, 401, 403, 401, 503, 400,
    ]);
    for (const text of [before, await application.metrics()]) {
      const checked = runPromtool(["check", "metrics"], text);
      expect(checked).toEqual({ status: 0, text: "" });
    }
    timer = setInterval(() => void application.traffic().catch(() => {}), 500);
  });

  test("every query of the dashboard has an answer", async () => {
    const queries = dashboardQueries();
    expect(queries.length).toBeGreaterThan(20);
    // Once the first fetch of the keys was scraped, they are due again: a rise needs two samples.
    const fetched = () => prometheus.query("sallyport_provider_request_seconds_count > 0");
    await vi.waitFor(async () => expect(await fetched()).toHaveLength(1), until);
    application.putForward(8);
    await vi.waitFor(async () => {
      const empty: string[] = [];
      for (const [title, expression] of queries) {
        const answer = await prometheus.query(expression);
        if (!answer.some(({ value }) => Number.isFinite(value))) empty.push(`${title}: ${expression}`);
      }
      expect(empty).toEqual([]);
    }, until);
  }, 60_000);

  test("the provider is stopped: the alerts say so while old keys serve, and once there are none", async () => {
    const { issuer } = application;
    const names = async () =>
      (await prometheus.firing())
        .filter((labels) => labels.issuer === issuer)
        .map(({ alertname }) => alertname);
    expect(await names()).not.toContain("SallyportKeysFailing");
    await application.stopProvider();
    application.putForward(11);
    await vi.waitFor(async () => {
      const firing = await names();
      expect(firing).toContain("SallyportKeysFailing");
      expect(firing).toContain("SallyportKeysStale");
      expect(firing).not.toContain("SallyportKeysGone");
    }, until);
    expect((await application.traffic()).slice(0, 2)).toEqual([200, 200]);

    application.putForward(5 * 60);
    await vi.waitFor(async () => {
      const firing = await names();
      expect(firing).toContain("SallyportKeysGone");
      expect(firing).not.toContain("SallyportKeysStale");
      expect((await prometheus.firing()).map(({ alertname }) => alertname)).toContain("SallyportUnavailable");
    }, until);
    expect((await application.traffic()).slice(0, 2)).toEqual([503, 503]);
  }, 110_000);

  test("the audit events that a broken sink lost are told too", async () => {
    await vi.waitFor(async () => {
      expect(await prometheus.firing()).toContainEqual(
        expect.objectContaining({ alertname: "SallyportAuditLoss", sink: "broken" }),
      );
    }, until);
  });
});
