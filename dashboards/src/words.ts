import { COLOUR } from "./colours.ts";

/** Words and colours of figures that mean a state. */
export type StateWords = Readonly<Record<string, readonly [text: string, colour: string]>>;

export const UP_DOWN: StateWords = { 1: ["up", COLOUR.green], 0: ["down", COLOUR.red] };

export const HEALTH: StateWords = {
  1: ["healthy", COLOUR.green],
  0.5: ["degraded", COLOUR.yellow],
  0: ["unhealthy", COLOUR.red],
};

export const LEADS: StateWords = { 1: ["leads", COLOUR.green], 0: ["stands by", COLOUR.blue] };

/** For what should not be. */
export const ALARM: StateWords = { 0: ["well", COLOUR.green], 1: ["alarm", COLOUR.red] };
