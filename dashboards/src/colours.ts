import { STATUS_MEANING, type Status } from "@mcp-ops/formats";

/** The colours of Grafana's own palette that we use, so that they fit both of its themes. */
export const COLOUR = {
  green: "#73BF69",
  lightGreen: "#C8F2C2",
  darkGreen: "#37872D",
  yellow: "#FADE2A",
  orange: "#FF9830",
  darkOrange: "#E36414",
  red: "#F2495C",
  darkRed: "#AD0317",
  purple: "#B877D9",
  blue: "#5794F2",
  lightBlue: "#8AB8FF",
  grey: "#8E8E8E",
} as const;

/** How a request can end: notifications have no end. */
export type RequestStatus = Exclude<Status, "sent">;

/** One colour for each way a request can end, the same on every dashboard. Green is well; yellow the asker's fault; orange and red ours. */
export const STATUS_COLOUR: Readonly<Record<RequestStatus, string>> = {
  success: COLOUR.green,
  input_required: COLOUR.lightGreen,
  task: COLOUR.darkGreen,
  tool_error: COLOUR.orange,
  error: COLOUR.red,
  timeout: COLOUR.purple,
  lost: COLOUR.darkRed,
  cancelled: COLOUR.grey,
  denied: COLOUR.blue,
  validation: COLOUR.yellow,
  unknown_tool: "#E0B400",
  unknown_prompt: "#CC9D00",
  unknown_resource: "#B88A00",
  unknown_method: "#967302",
};

/** In the order in which they are stacked: well, the asker's, ours. */
export const STATUSES: readonly RequestStatus[] = Object.keys(STATUS_MEANING).filter(
  (status): status is RequestStatus => status in STATUS_COLOUR,
);

/** Quantiles of a duration, from calm to warm. */
export const QUANTILE_COLOUR: Readonly<Record<string, string>> = {
  p50: COLOUR.lightBlue,
  p95: COLOUR.orange,
  p99: COLOUR.red,
};
