import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { convert } from "./convert.ts";
import { escaped, type Family, type Format, labelText } from "./family.ts";
import { merge } from "./merge.ts";
import { parseExposition } from "./parse.ts";
import { belongingTo } from "./relabel.ts";
import { render } from "./render.ts";

const CLASSIC = `# HELP http_requests_total Requests with "quotes" and \\\\ in it.
# TYPE http_requests_total counter
http_requests_total{path="/a \\"b\\" \\\\ {c}, d=\\"e\\"",code="200"} 1027 1395066363000
http_requests_total{path="/two\\nlines",} 3
# a comment of somebody
# TYPE took_seconds histogram
took_seconds_bucket{le="0.1"} 1
took_seconds_bucket{le="+Inf"} 2
took_seconds_sum 0.25
took_seconds_count 2
went_by 12
# TYPE queue gauge
queue{} -1.5e-3
queue_total NaN
`;

const OPENMETRICS = `# HELP requests Requests.
# TYPE requests counter
requests_total{a="b"} 17 # {trace_id="4bf9"} 0.5 1520879607.789
requests_created{a="b"} 1520872607.123
# TYPE build info
build_info{version="1"} 1
# TYPE state stateset
state{state="on"} 1
# TYPE size_bytes gauge
# UNIT size_bytes bytes
size_bytes 5
# EOF
`;

const text = (page: string, from: Format, to: Format) =>
  render(
    parseExposition(page, from).flatMap((family) => convert(family, from, to)),
    to,
  );

describe("a page in the classic format", () => {
  it("reads as it was written, without comments and timestamps, families together", () => {
    expect(text(CLASSIC, "classic", "classic")).toBe(
      CLASSIC.replace(" 1395066363000", "")
        .replace('",} 3', '"} 3')
        .replace("# a comment of somebody\n", "")
        .replace("went_by 12", "# TYPE went_by untyped\nwent_by 12")
        .replace("queue{}", "queue")
        .replace("queue_total", "# TYPE queue_total untyped\nqueue_total"),
    );
  });

  it("keeps every series when it is shown as OpenMetrics", () => {
    const page = text(CLASSIC, "classic", "openMetrics");
    expect(page).toContain("# TYPE http_requests counter\nhttp_requests_total{");
    expect(page).toContain('# HELP http_requests Requests with \\"quotes\\" and \\\\ in it.');
    expect(page).toContain("# TYPE went_by unknown");
    expect(page.endsWith("# EOF\n")).toBe(true);
    expect(parseExposition(page, "openMetrics").flatMap(({ samples }) => samples)).toHaveLength(9);
  });
});

describe("a page of OpenMetrics", () => {
  it("reads as it was written", () => {
    expect(text(OPENMETRICS, "openMetrics", "openMetrics")).toBe(OPENMETRICS);
  });

  it("is told as plainly as the classic format can", () => {
    expect(text(OPENMETRICS, "openMetrics", "classic")).toBe(
      [
        "# HELP requests_total Requests.\n# TYPE requests_total counter",
        'requests_total{a="b"} 17',
        '# TYPE build_info gauge\nbuild_info{version="1"} 1',
        '# TYPE state gauge\nstate{state="on"} 1',
        "# TYPE size_bytes gauge\nsize_bytes 5\n",
      ].join("\n"),
    );
  });

  it("is unreadable without its end, for it may have been cut off", () => {
    expect(() => parseExposition(OPENMETRICS.replace("# EOF\n", ""), "openMetrics")).toThrow("neither");
  });
});

it("that names a type nobody knows keeps its figures without a type", () => {
  expect(text("# TYPE a strange\na 1\n", "classic", "classic")).toBe("# TYPE a untyped\na 1\n");
});

it.each([
  ["<html>", 1],
  ["a 1\nb{", 2],
  ['a{b="c} 1', 1],
  ["a one", 1],
  ["a 0x10", 1],
  ["a", 1],
  ['{"utf.8"} 1', 1],
  ['a{b="1",b="2"} 1', 1],
  ['a{__name__="b"} 1', 1],
  ["a 1e999", 1],
  ['a{b="\0"} 1', 1],
  ["a 1 # {b} 1", 1],
  ['a 1 # {b="c"} one', 1],
  [`a{b="${"c".repeat(70_000)}"} 1`, 1],
])("%# is no page, and the error names the line and nothing of it", (page, line) => {
  expect(() => parseExposition(page, "classic")).toThrow(`Line ${line} of the page is neither`);
});

const name = fc.stringMatching(/^[a-z]{1,8}$/);
const labels = fc.dictionary(name, fc.string(), { maxKeys: 3 });
const values = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN)).map(String);

test("whatever a label holds, a page reads back as it was written", () => {
  const sample = fc.record({ labels, value: values });
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.array(sample, { minLength: 1 }), (names, samples) => {
      const families: Family[] = names.map((one) => ({
        name: one,
        type: "gauge",
        samples: samples.map((given) => ({
          name: one,
          labels: labelText(Object.entries(given.labels).map(([label, value]) => [label, escaped(value)])),
          value: given.value,
        })),
      }));
      expect(parseExposition(render(families, "classic"), "classic")).toEqual(families);
    }),
    { numRuns: 200 },
  );
});

describe("the page of many servers", () => {
  const roomy = { maxSeries: 100, maxSeriesOfOne: 100 };
  const page = (server: string, slot: number, body: string) =>
    parseExposition(body, "classic", belongingTo(server, slot));

  it("has each family once, the samples of all under it, and says whose each is", () => {
    const { families, dropped } = merge(
      [
        page("shop", 0, "# HELP x X.\n# TYPE x counter\nx 1\n# TYPE y gauge\ny 1"),
        page('b"log', 3, "# TYPE x counter\nx 2"),
      ],
      roomy,
    );
    expect(render(families, "classic")).toBe(
      '# HELP x X.\n# TYPE x counter\nx{server="shop",slot="0"} 1\nx{server="b\\"log",slot="3"} 2\n# TYPE y gauge\ny{server="shop",slot="0"} 1\n',
    );
    expect(dropped).toEqual({ series: 0, conflict: 0 });
  });

  it("lets a process name its servers itself, and keeps its own label slot under another name", () => {
    const { families } = merge(
      [page("host", 1, 'x{server="inner",slot="9",exported_slot="8"} 1\nx{server=""} 2')],
      roomy,
    );
    expect(families[0]?.samples.map((sample) => sample.labels)).toEqual([
      'server="inner",exported_slot="9",exported_exported_slot="8",slot="1"',
      'server="host",slot="1"',
    ]);
  });

  it("leaves out whole families beyond the room of one server, or of all, and counts their series", () => {
    const body = 'a 1\nb{n="1"} 1\nb{n="2"} 1\nc 1';
    const { families, dropped } = merge([page("one", 0, body), page("two", 1, body)], {
      maxSeries: 3,
      maxSeriesOfOne: 2,
    });
    expect(families.flatMap(({ samples }) => samples.map((sample) => sample.name))).toEqual(["a", "a", "c"]);
    expect(dropped).toEqual({ series: 5, conflict: 0 });
  });

  it("leaves out what has a name that is reserved", () => {
    const { families, dropped } = merge([page("one", 0, "ours 1\nx 1")], roomy, new Set(["ours"]));
    expect(families.map(({ name: one }) => one)).toEqual(["x"]);
    expect(dropped).toEqual({ series: 0, conflict: 1 });
  });

  it("leaves out what contradicts the type that an older server gave a name", () => {
    const { families, dropped } = merge(
      [page("one", 0, "# TYPE x gauge\nx 1"), page("two", 1, "# TYPE x counter\nx 2")],
      roomy,
    );
    expect(families.map(({ type, samples }) => [type, samples.length])).toEqual([["gauge", 1]]);
    expect(dropped).toEqual({ series: 0, conflict: 1 });
  });
});

const promtool = spawnSync("promtool", ["--version"]).error === undefined;
if (!promtool) console.log("promtool is missing, so a test is skipped. Install the Debian package prometheus.");

test.skipIf(!promtool)("promtool accepts what was merged and converted", () => {
  const pages = [belongingTo('a"b', 0), belongingTo("c", 1)].map((relabel) =>
    parseExposition(OPENMETRICS, "openMetrics", relabel)
      .flatMap((family) => convert(family, "openMetrics", "classic"))
      .map((family) => ({ help: "Help.", ...family }))
      // Its lint wants no gauge named `_info`.
      .filter(({ name: one }) => one !== "build_info"),
  );
  const { families } = merge(pages, { maxSeries: 99, maxSeriesOfOne: 99 });
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: render(families, "classic"),
    encoding: "utf8",
  });
  expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: "" });
});
