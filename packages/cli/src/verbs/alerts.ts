import type { Verb } from "../verb.ts";
import { addRender } from "./alerts/render.ts";
import { addTest } from "./alerts/test.ts";

/** `mcp-ops alerts …`: the alert rules for Prometheus, with thresholds of your own, and the proof that they fire. */
export const alerts: Verb = (program, terminal, end) => {
  const group = program.command("alerts").description("Write the alert rules for Prometheus, and try them.");
  for (const add of [addRender, addTest]) add(group, terminal, end);
};
