import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { type IMetricReader, MeterProvider } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-base";

/** What `NodeSDK` does too: call it before anything is built. */
export function startTelemetry(readers: IMetricReader[], spanProcessors: SpanProcessor[]) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  metrics.setGlobalMeterProvider(new MeterProvider({ readers }));
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
}
