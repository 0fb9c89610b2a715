export { DURATION_BUCKETS } from "./attributes.ts";
export {
  type ContentOptions,
  DEFAULT_BAGGAGE,
  DEFAULT_CAPTURE_CONTENT,
  DEFAULT_CONTENT_MAX_BYTES,
  DEFAULT_RESOURCE_URI,
  DEFAULT_TRACING_MODE,
  DEFAULT_UNTRACED_NOTIFICATIONS,
  type TracingMode,
  type TracingOptions,
} from "./options.ts";
export { type Tracing, tracing } from "./tracing.ts";
