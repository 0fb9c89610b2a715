import { expect, it } from "vitest";
import { acceptsGzip, prefersOpenMetrics } from "./preferences.ts";

// The first line is what Prometheus 2 sends, the second Prometheus 3.
it.each([
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    true,
  ],
  [
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,*/*;q=0.1",
    true,
  ],
  ["application/openmetrics-text", true],
  ["Application/OpenMetrics-Text ; Q=0.9", true],
  ["text/plain, application/openmetrics-text;q=0.5", false],
  ["text/plain;q=0.3, application/openmetrics-text;q=0.5", true],
  ["application/openmetrics-text;q=0", false],
  ["application/openmetrics-text;q=nonsense", false],
  ["text/html,application/xhtml+xml,*/*;q=0.8", false],
  ["*/*", false],
  ["", false],
  [undefined, false],
  ["application/openmetrics-text,".repeat(1000), false],
])("Accept: %s asks for OpenMetrics: %s", (accept, expected) => {
  expect(prefersOpenMetrics(accept)).toBe(expected);
});

it.each([
  ["gzip, deflate, br", true],
  ["gzip;q=0.1", true],
  ["gzip;q=0, *", false],
  ["*", true],
  ["*;q=0", false],
  ["br", false],
  ["identity", false],
  [undefined, false],
])("Accept-Encoding: %s takes gzip: %s", (acceptEncoding, expected) => {
  expect(acceptsGzip(acceptEncoding)).toBe(expected);
});
