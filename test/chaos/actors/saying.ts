/** How the processes of a run tell what they saw: a line of JSON on stdout each, with a time of one clock for all. */
export function say(happening: object): void {
  process.stdout.write(`${JSON.stringify({ at: now(), ...happening })}\n`);
}

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
