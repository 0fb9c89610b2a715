/** A real Prometheus scrapes every server of the machine at one address, and no server can spoil that. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { freePort } from "../fixtures/free-port.ts";
import { ask } from "./asking.ts";
import { House, PATIENCE } from "./house.ts";

const missing = spawnSync("prometheus", ["--version"]).error !== undefined;
if (missing) console.log("prometheus is missing, so a test is skipped. Install the Debian package prometheus.");

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
  await using prometheus = await startPrometheus(house.folder, new URL(daemon.probes).host);
  await vi.waitFor(async () => {
    expect(await prometheus.value('up{job="sidecar"}')).toEqual([1]);
    expect(await prometheus.value('mcp_ops_fleet_up{server="shop"}')).toEqual([1]);
  }, PATIENCE);
  expect(await prometheus.value('mcp_requests_total{server="shop",target="echo",status="success"}')).toEqual([3]);
  expect(await prometheus.value("count(mcp_ops_fleet_up)")).toEqual([SPOILERS.length + 1]);
  expect(prometheus.complaints()).toEqual([]);
});

async function startPrometheus(folder: string, target: string) {
  const config = join(folder, "prometheus.yml");
  const job = {
    job_name: "sidecar",
    scrape_interval: "500ms",
    scrape_timeout: "500ms",
    static_configs: [{ targets: [target] }],
  };
  writeFileSync(config, JSON.stringify({ scrape_configs: [job] }));
  const port = await freePort();
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "tsdb")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn("prometheus", flags, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (words: Buffer) => {
    said += words;
  });
  return {
    async value(query: string): Promise<readonly number[]> {
      const { body } = await ask(`http://127.0.0.1:${port}`, `/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = JSON.parse(body) as { data: { result: { value: [number, string] }[] } };
      return data.result.map(({ value }) => Number(value[1]));
    },
    complaints: () => said.split("\n").filter((line) => /level=(?:warn|error)/.test(line)),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}
