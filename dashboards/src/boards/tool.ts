import { METRIC } from "@mcp-ops/formats";
import { type Board, evenly } from "../board.ts";
import { COLOUR } from "../colours.ts";
import { toBoard, toServer, toTraces } from "../links.ts";
import { graph } from "../panels/graph.ts";
import type { Placeable } from "../panels/panel.ts";
import {
  ANSWERED,
  durationMap,
  durations,
  failingBy,
  failingNow,
  failuresByType,
  outcomes,
  p95By,
  quantileNow,
  rateBy,
  requestRate,
} from "../panels/red.ts";
import { stat } from "../panels/stat.ts";
import { notes } from "../panels/text.ts";
import { CALLS, increase, of, part, quantile, RATE_INTERVAL, rate, SERVER, sum, TOOL } from "../queries.ts";
import { datasource, job, server, tool, traces } from "../variables.ts";

const CHOSEN = { matchers: [SERVER, CALLS, TOOL] };
const TRACED = { ...CHOSEN, links: [toTraces('{span.gen_ai.tool.name=~"${tool:pipe}"}')] };
const BY_SERVER = { ...CHOSEN, links: [toServer()] };

/** One tool: does it work for anybody, how long does it take, what does it give to models. */
export const toolBoard: Board = {
  name: "tool",
  title: "MCP / Tool",
  description:
    "One tool, or some: how its calls end, how long they take, how large its answers are and what they cost.",
  from: "now-1h",
  variables: [datasource(), job(METRIC.requests), server(), tool(), traces()],
  first: [
    evenly(
      4,
      answered(),
      failingNow(CHOSEN),
      quantileNow(0.5, CHOSEN),
      quantileNow(0.95, CHOSEN),
      quantileNow(0.99, CHOSEN),
      requestRate(CHOSEN, "Calls"),
    ),
  ],
  sections: [
    {
      title: "Calls",
      lines: [evenly(8, outcomes(CHOSEN), failuresByType(CHOSEN)), evenly(8, durations(TRACED), durationMap(CHOSEN))],
    },
    {
      title: "Tools and servers compared",
      lines: [
        evenly(
          8,
          rateBy("target", "Calls by tool", CHOSEN),
          failingBy("target", "Failing by tool", CHOSEN),
          p95By("target", "p95 by tool", TRACED),
        ),
        evenly(
          8,
          rateBy("server", "Calls by server", BY_SERVER),
          failingBy("server", "Failing by server", BY_SERVER),
          p95By("server", "p95 by server", BY_SERVER),
        ),
      ],
    },
    { title: "What models get", lines: [evenly(8, sizes(), tokens(), cost()), evenly(4, guide())] },
  ],
};

function answered(): Placeable {
  const answers = of(METRIC.requests, ...CHOSEN.matchers, ANSWERED);
  const all = of(METRIC.requests, ...CHOSEN.matchers);
  return stat({
    title: "Answered, 15 min",
    description:
      "Calls of the last fifteen minutes that were answered, whoever called. Nought while there are calls means that the tool works for nobody.",
    unit: "none",
    decimals: 0,
    expr: `${sum(increase(answers, "15m"))} or 0 * ${sum(increase(all, "15m"))}`,
    steps: [
      [null, COLOUR.red],
      [0.5, COLOUR.green],
    ],
    none: "no calls",
  });
}

function sizes(): Placeable {
  const at = (q: number) =>
    quantile(q, of(part(METRIC.responseSize, "bucket"), ...CHOSEN.matchers), RATE_INTERVAL, "target");
  return graph({
    title: "Size of answers, p95",
    description: "95 of 100 answers were smaller, as JSON before any compression.",
    unit: "bytes",
    queries: [{ expr: at(0.95), legend: "{{target}}" }],
  });
}

function tokens(): Placeable {
  const results = of(METRIC.tokens, SERVER, TOOL, 'kind="result"', 'method!="reported"');
  return graph({
    title: "Tokens of results",
    description:
      "Tokens per second that the results of a tool put into the context of models. Needs the journal, which is on by default.",
    unit: "short",
    queries: [{ expr: sum(rate(results), "target"), legend: "{{target}}" }],
  });
}

function cost(): Placeable {
  return graph({
    title: "Cost since midnight",
    description:
      "What could be put to the tool since midnight in the ledger's time zone, in the currency of the price book. Needs the duty cost of the sidecar and prices.",
    unit: "short",
    queries: [{ expr: sum(of(METRIC.costToolToday, SERVER, TOOL), "target"), legend: "{{target}}" }],
    links: [toBoard("resourcesAndCost", "Cost of all tools")],
  });
}

function guide(): Placeable {
  return notes(`
- **Answered is nought?** It fails for everybody: look at *What goes wrong*, then at a trace (points on durations).
- **Slow, and nothing fails?** Two bands in *Durations* are two kinds of calls: open a trace of each.`);
}
