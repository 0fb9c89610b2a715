import type { Command } from "commander";

/** What a verb talks to: streams to write on, so that a test can read them. */
export interface Terminal {
  /** Results, for people or (`--json`) programs. */
  out(text: string): void;
  /** Warnings, progress and errors. */
  err(text: string): void;
}

/** One verb of the command: adds itself, its options and its help to the program. Its action gives the exit code. */
export type Verb = (program: Command, terminal: Terminal, end: (exitCode: number) => void) => void;
