import type { Exchange } from "@mcp-ops/exchange";
import { expect, test } from "vitest";
import { needOf } from "./needs.ts";

const asked = (method: string, target?: string, direction = "inbound") =>
  needOf({ method, target, direction } as Exchange, (tool) => tool === "search");

test.each([
  ["initialize", "nothing"],
  ["ping", "nothing"],
  ["server/discover", "nothing"],
  ["tools/list", "read"],
  ["resources/read", "read"],
  ["prompts/get", "read"],
  ["completion/complete", "read"],
  ["tasks/get", "read"],
  ["tasks/update", "lead"],
  ["tasks/cancel", "lead"],
  ["a/method-nobody-knows", "lead"],
])("%s needs: %s", (method, need) => expect(asked(method)).toBe(need));

test("every call of a tool needs a primary, but for tools that are named as reading", () => {
  expect(asked("tools/call", "write")).toBe("lead");
  expect(asked("tools/call", undefined)).toBe("lead");
  expect(asked("tools/call", "search")).toBe("read");
});

test("what the server asks of its client is none of this gate's business", () =>
  expect(asked("sampling/createMessage", undefined, "outbound")).toBe("nothing"));
