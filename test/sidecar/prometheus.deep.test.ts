/** A real Prometheus scrapes every server of the machine at one address, and no server can spoil that. */
import type { RequestListener } from "node:http";
import { expect, test, vi } from "vitest";
import { Prometheus, program } from "../fixtures/prometheus.ts";
import { House, PATIENCE } from "./house.ts";

const { missing } = program("prometheus");

/** Pages that are read, or refused as a whole; either way what Prometheus stumbles over must not get through. */
const SPOILERS: readonly string[] = [
  'x{a="1",a="2"} 1',
  'x{__name__="y"} 1',
  "x 1e999",
  'x{a="\\0"} 1',
  "# TYPE strange_one strange\nstrange_one 1",
  "x 1 1395066363000",
  'x{a="b"} 1 # {c} 1',
  "mcp_ops_fleet_up 0\nmcp_ops_duty_up 0",
  "# TYPE x counter\n# TYPE x gauge\nx 1",
  "# TYPE process_cpu_seconds_total gauge\nprocess_cpu_seconds_total 1",
  'x{server="shop",slot="0",exported_slot="1"} 1',
  "\uFFFF 1",
  'x{a="\u0085\u2028\\q"} 1',
  '# HELP x \\q \\\\ \\" \u0007\nx 1',
  "# EOF\nx 1",
  "x 0x10\n",
];

test.skipIf(missing)("Prometheus reads the page in its own format, whatever single servers show", async () => {
  await using house = new House();
  await house.server("shop");
  for (const [number, body] of SPOILERS.entries()) {
    const answer: RequestListener = ({ headers }, response) => {
      const isOpen = number % 2 === 0 && headers.accept?.includes("openmetrics") === true;
      response.setHeader("content-type", isOpen ? "application/openmetrics-text" : "text/plain");
      response.end(isOpen ? `${body}\n# EOF\n` : `${body}\n`);
    };
    await house.rogue(`spoiler-${number}`, answer);
  }
  const daemon = await house.daemon();
  await using prometheus = await Prometheus.start(house.folder, configFor(new URL(daemon.probes).host));
  const values = async (query: string) => (await prometheus.query(query)).map(({ value }) => value);
  await vi.waitFor(async () => {
    expect(await values('up{job="sidecar"}')).toEqual([1]);
    expect(await values('mcp_ops_fleet_up{server="shop"}')).toEqual([1]);
  }, PATIENCE);
  expect(await values('mcp_requests_total{server="shop",target="echo",status="success"}')).toEqual([3]);
  expect(await values("count(mcp_ops_fleet_up)")).toEqual([SPOILERS.length + 1]);
  expect(prometheus.complaints()).toEqual([]);
});

function configFor(target: string): object {
  const job = { job_name: "sidecar", static_configs: [{ targets: [target] }] };
  return { global: { scrape_interval: "500ms", scrape_timeout: "500ms" }, scrape_configs: [job] };
}
