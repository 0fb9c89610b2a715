/** Imported before all else: the time of day goes faster, from a moment on that all processes of a test share. Timers do not. */
const [realMs = 0, shownMs = 0, speed = 1] = (process.env.FAST_CLOCK ?? "").split(" ").map(Number);
const now = Date.now.bind(Date);
const shown = () => Math.round(shownMs + (now() - realMs) * speed);

globalThis.Date = class extends Date {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [shown()] : given) as []));
  }

  static override now(): number {
    return shown();
  }
} as DateConstructor;
