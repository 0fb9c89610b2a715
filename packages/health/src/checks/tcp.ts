import { type Check, type CheckOptions, check } from "../check.ts";
import { type Address, describeAddress, withSocket } from "./socket.ts";

export type TcpCheckOptions = CheckOptions & Address;

/** Whether something accepts connections there. It may still not answer: where it speaks HTTP, PostgreSQL or Redis, ask it so. */
export function tcpCheck(options: TcpCheckOptions): Check {
  return check(options, {
    name: "tcp",
    target: describeAddress(options),
    run: (signal) => withSocket(options, undefined, signal, async () => ({ ok: true })),
  });
}
