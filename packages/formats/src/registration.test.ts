import { describe, expect, it } from "vitest";
import {
  bootOfFileName,
  formatRegistration,
  parseRegistration,
  type Registration,
  registrationFileName,
  runtimeFolder,
  socketFileName,
} from "./registration.ts";

const boot = { pid: 4711, bootId: "0123456789ab" };
const registration: Registration = {
  schema: 1,
  server: "weather",
  ...boot,
  startedAt: "2026-11-21T10:00:00.000Z",
  socket: "4711-0123456789ab.sock",
  sdk: "v2",
};

describe("a registration file", () => {
  it("reads back as it was written", () => {
    expect(parseRegistration(formatRegistration(registration))).toEqual(registration);
  });

  it("may name a URL in place of a socket", () => {
    const { socket: _, ...rest } = registration;
    const byUrl = { ...rest, url: "http://127.0.0.1:9464" };
    expect(parseRegistration(formatRegistration(byUrl))).toEqual(byUrl);
  });

  it("leaves out what a newer writer added", () => {
    expect(parseRegistration(JSON.stringify({ ...registration, colour: "blue" }))).toEqual(registration);
  });

  it.each([
    ["not JSON", "{", "not JSON"],
    ["a list", "[]", "not a JSON object"],
    ["of another schema", JSON.stringify({ ...registration, schema: 2 }), '"schema" is 2'],
    ["without an address", JSON.stringify({ ...registration, socket: undefined }), 'either "socket" or "url"'],
    ["with two addresses", JSON.stringify({ ...registration, url: "http://x" }), 'either "socket" or "url"'],
    ["with a pid that is none", JSON.stringify({ ...registration, pid: -1 }), '"pid" cannot be -1'],
    [
      "with a URL that is none",
      JSON.stringify({ ...registration, socket: undefined, url: "x" }),
      '"url" cannot be "x"',
    ],
    ["without a server", JSON.stringify({ ...registration, server: "" }), '"server" cannot be ""'],
    ["with a time that is none", JSON.stringify({ ...registration, startedAt: "soon" }), '"startedAt"'],
  ])("is refused when it is %s", (_, text, why) => {
    expect(() => parseRegistration(text)).toThrow(
      expect.objectContaining({ code: "REGISTRATION_INVALID", message: expect.stringContaining(why) }),
    );
  });
});

describe("the names in the runtime folder", () => {
  it("tell whose they are", () => {
    expect(bootOfFileName(registrationFileName(boot))).toEqual(boot);
    expect(bootOfFileName(socketFileName(boot))).toEqual(boot);
  });

  it.each(["journal.json", "4711.json", "0-0123456789ab.json", "4711-0123456789AB.json", "4711-0123456789ab.json.tmp"])(
    "are not mistaken for %s",
    (name) => {
      expect(bootOfFileName(name)).toBeUndefined();
    },
  );
});

describe("the runtime folder", () => {
  const places = { chosen: undefined, xdgRuntimeDir: undefined, tmpDir: "/tmp", uid: 1000 };

  it("is the one that was chosen", () => {
    expect(runtimeFolder({ ...places, chosen: "/srv/ops", xdgRuntimeDir: "/run/user/1000" })).toBe("/srv/ops");
  });

  it("else lies in the user's runtime folder", () => {
    expect(runtimeFolder({ ...places, xdgRuntimeDir: "/run/user/1000/" })).toBe("/run/user/1000/mcp-ops");
  });

  it("else lies among the temporary files and carries the user's number", () => {
    expect(runtimeFolder(places)).toBe("/tmp/mcp-ops-1000");
    expect(runtimeFolder({ ...places, chosen: "", xdgRuntimeDir: "" })).toBe("/tmp/mcp-ops-1000");
  });
});
