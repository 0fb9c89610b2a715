/** How the processes of a run tell what they saw: a line of JSON each, with a time of one clock for all. On stderr where stdout is somebody else's. */
export function say(happening: object, to: NodeJS.WritableStream = process.stdout): void {
  to.write(`${JSON.stringify({ at: now(), ...happening })}\n`);
}

export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
