// The metrics by an OpenTelemetry Meter: instruments that are observed, with the names and meaning that Prometheus has.
import type { Meter } from "@opentelemetry/api";
import type { Telemetry } from "../watch.ts";
import { metricRows, requestTimer, type TimerRow, verificationTimer } from "./catalogue.ts";
import { booksOf, counting, type Shared, type Timers } from "./counting.ts";

/** Counts by the meter that `meterOf` gives, asked once an application. */
export function meterTelemetry(
  meterOf: () => Meter,
  options: { readonly routes?: boolean | undefined },
): Telemetry {
  return counting(() => share(meterOf()), options);
}

/** Timers by meter, as the books are kept: a second instrument of one name would be another's. */
function share(meter: Meter): Shared {
  const books = booksOf(meter);
  const slot = Symbol.for("sallyport.telemetry.timers");
  const holder = books as { [slot]?: Timers };
  holder[slot] ??= instruments(meter, books);
  return { books, timers: holder[slot] };
}

function instruments(meter: Meter, books: Shared["books"]): Timers {
  for (const { name, help: description, unit, type, read } of metricRows) {
    const make = type === "counter" ? meter.createObservableCounter : meter.createObservableGauge;
    make.call(meter, name, { description, unit }).addCallback((result) => {
      for (const { labels, value } of read(books)) result.observe(value, { ...labels });
    });
  }
  const histogram = ({ name, help: description, unit, buckets }: TimerRow) =>
    meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: [...buckets] } });
  const verification = histogram(verificationTimer);
  const request = histogram(requestTimer);
  return {
    verification: (seconds, outcome) => verification.record(seconds, { outcome }),
    request: (seconds, labels) => request.record(seconds, labels),
  };
}
