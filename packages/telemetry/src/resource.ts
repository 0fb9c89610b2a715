import { getStringFromEnv } from "@opentelemetry/core";
import {
  defaultResource,
  envDetector,
  hostDetector,
  osDetector,
  type Resource,
  type ResourceDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";

/** Without OpenTelemetry's detector of the process: it sends the command line, where tokens are. */
const DETECTORS: ResourceDetector[] = [serviceInstanceIdDetector, hostDetector, osDetector, envDetector];

/** What finds out more about the process; undefined leaves it to `OTEL_NODE_RESOURCE_DETECTORS`. */
export function resourceDetectors(): ResourceDetector[] | undefined {
  return getStringFromEnv("OTEL_NODE_RESOURCE_DETECTORS") === undefined ? DETECTORS : undefined;
}

/** Who we are. The environment is merged over it: an operator knows better than an author what runs where. */
export function resourceOf(service: string | undefined, version: string | undefined): Resource {
  const named = getStringFromEnv("OTEL_SERVICE_NAME") ?? service;
  return defaultResource().merge(
    resourceFromAttributes({
      "process.pid": process.pid,
      "process.runtime.name": "nodejs",
      "process.runtime.version": process.versions.node,
      ...(named !== undefined && { "service.name": named }),
      ...(version !== undefined && { "service.version": version }),
    }),
  );
}
