export { type JaegerAgent, type JaegerCollector, jaegerExporter } from "./jaeger-exporter.ts";
