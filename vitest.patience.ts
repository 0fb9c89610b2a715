/**
 * How long a test waits for what it waits for. Nothing of it is ever slept through: these only end a test that hangs, and
 * leave to one that does not all the time that a busy machine may need.
 */
export const PATIENCE = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 60_000 } },
} as const;
