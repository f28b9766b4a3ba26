// The audit trail: what the composition root and users may reach.
export { type Audit, type AuditOptions, type AuditSink, type AuditStats, createAudit } from "./audit.ts";
export { consoleLogger, consoleSink, isDevelopment } from "./console-sink.ts";
export { formatEvent } from "./format.ts";
export {
  type AuditLogger,
  functionSink,
  jsonLinesSink,
  type LoggerSink,
  loggerSink,
  refusalSink,
} from "./sinks.ts";
