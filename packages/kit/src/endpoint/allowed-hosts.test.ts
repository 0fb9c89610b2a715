import { describe, expect, it } from "vitest";
import { hostCheck } from "./allowed-hosts.ts";

describe("bound to a loopback address", () => {
  const allows = hostCheck("127.0.0.1", ["metrics.example.com", "weather:9464"]);

  it.each([
    "localhost",
    "LOCALHOST:9464",
    "127.0.0.1:9464",
    "127.8.9.10",
    "[::1]:9464",
    "metrics.example.com",
    "Metrics.Example.com:80",
    "weather",
  ])("answers to %s", (host) => {
    expect(allows(host)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "evil.example.com",
    "localhost.evil.example.com",
    "127.0.0.1.evil.example.com",
    "evil.example.com/localhost",
    "localhost@evil.example.com",
    "localhost#.evil.example.com",
    "10.0.0.1:9464",
    "a b",
    "localhost:notaport",
  ])("refuses %s", (host) => {
    expect(allows(host)).toBe(false);
  });
});

it("answers to the name or address it is bound to", () => {
  expect(hostCheck("10.0.0.1", [])("10.0.0.1:9464")).toBe(true);
  expect(hostCheck("fd00::1", [])("[fd00::1]:9464")).toBe(true);
  expect(hostCheck("metrics.local", [])("metrics.local")).toBe(true);
  expect(hostCheck("10.0.0.1", [])("10.0.0.2:9464")).toBe(false);
});

it.each(["0.0.0.0", "::"])("bound to every address (%s), answers to any address but to no unknown name", (bound) => {
  const allows = hostCheck(bound, []);
  expect(allows("10.0.0.1:9464")).toBe(true);
  expect(allows("[fd00::1]:9464")).toBe(true);
  expect(allows("evil.example.com")).toBe(false);
});
