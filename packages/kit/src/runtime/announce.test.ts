import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseRegistration, registrationFileName, socketFileName } from "@mcp-ops/formats";
import { beforeEach, describe, expect, it } from "vitest";
import { announce } from "./announce.ts";
import { thisBoot } from "./boot.ts";
import { takeDeaths } from "./traces.ts";

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "ops-"));
  folder = join(parent, "run");
  return () => rmSync(parent, { recursive: true });
});

/** No process has this pid: Linux gives at most 4 194 304. */
const DEAD = { pid: 999_999_999, bootId: "00000000dead" };

describe("an announced endpoint", () => {
  it("can be found through its registration, and takes everything away when it closes", async () => {
    const announced = await announce({ folder, server: "weather", sdk: "v2" });
    const registration = parseRegistration(readFileSync(announced.file, "utf8"));
    const [response] = await once(
      get({ socketPath: join(folder, registration.socket as string), path: "/metrics" }),
      "response",
    );

    expect(registration).toMatchObject({ schema: 1, server: "weather", sdk: "v2", ...thisBoot() });
    expect(registration.socket).toBe(socketFileName(thisBoot()));
    expect(Math.abs(Date.parse(registration.startedAt) - performance.timeOrigin)).toBeLessThan(2);
    expect(await text(response)).toContain("process_cpu_seconds_total");
    expect(readdirSync(folder)).toHaveLength(2);
    await announced.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("may listen on a port, and is registered by its URL", async () => {
    await using announced = await announce({ folder, server: "weather", listen: { port: 0 } });
    const { url, socket } = parseRegistration(readFileSync(announced.file, "utf8"));
    expect({ url, socket }).toEqual({ url: announced.url, socket: undefined });
  });

  it("may listen on a socket elsewhere, and is registered by its path", async () => {
    const socket = join(parent, "elsewhere.sock");
    await using announced = await announce({ folder, server: "weather", listen: { socket } });
    expect(parseRegistration(readFileSync(announced.file, "utf8")).socket).toBe(socket);
  });

  it("is announced once per process; a second announcement leaves the first alone", async () => {
    await using first = await announce({ folder, server: "weather" });
    await expect(announce({ folder, server: "weather" })).rejects.toMatchObject({ code: "KIT_SOCKET_IN_USE" });
    expect(existsSync(first.file)).toBe(true);
  });

  it("leaves nothing open when it cannot register", async () => {
    mkdirSync(folder, { mode: 0o700 });
    mkdirSync(join(folder, registrationFileName(thisBoot())));
    await expect(announce({ folder, server: "weather" })).rejects.toMatchObject({
      code: "KIT_RUNTIME_FOLDER",
      message: expect.stringContaining("does not take a file (EISDIR)"),
    });
    expect(readdirSync(folder)).toEqual([registrationFileName(thisBoot())]);
  });

  it.each([
    [{ folder: "x" }, "announce() needs the option `server`: a text."],
    [{ folder: "x", server: "y", sokcet: "z" }, "announce() has no option `sokcet`."],
  ])("refuses the options %j", async (options, message) => {
    await expect(announce(options as never)).rejects.toThrow(message);
  });
});

describe("the sweep at the start", () => {
  const dead = () => [registrationFileName(DEAD), socketFileName(DEAD)].map((name) => join(folder, name));

  beforeEach(() => mkdirSync(folder, { mode: 0o700 }));

  it("takes away what a dead process left, and nothing else; who died is noted until a sidecar has looked", async () => {
    for (const path of [...dead(), join(folder, "notes.txt")]) writeFileSync(path, "");
    await using _announced = await announce({ folder, server: "weather" });
    const ours = [registrationFileName(thisBoot()), socketFileName(thisBoot()), "notes.txt"];
    expect(readdirSync(folder).sort()).toEqual([...ours, `${registrationFileName(DEAD)}.died`].sort());
    expect(await takeDeaths(folder)).toEqual([DEAD.bootId]);
    expect(await takeDeaths(folder)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(ours.sort());
  });

  it("leaves a process alone whose pid means nothing here but who answers, as in another container", async () => {
    const [file, socket] = dead();
    writeFileSync(file!, "");
    const other = createServer().listen(socket);
    await once(other, "listening");
    await using _announced = await announce({ folder, server: "weather" });
    expect(existsSync(file!)).toBe(true);
    other.close();
  });

  it("leaves a process alone that lives, though it does not answer yet", async () => {
    const file = join(folder, registrationFileName({ pid: process.ppid, bootId: "00000000beef" }));
    writeFileSync(file, "");
    await using _announced = await announce({ folder, server: "weather" });
    expect(existsSync(file)).toBe(true);
  });

  it("takes away what an earlier process with our own pid left, as in a container that was started again", async () => {
    const earlier = join(folder, registrationFileName({ pid: process.pid, bootId: "00000000beef" }));
    const sibling = join(folder, registrationFileName({ pid: process.pid, bootId: "00000000cafe" }));
    writeFileSync(earlier, "");
    writeFileSync(sibling, "");
    utimesSync(earlier, 1, 1);
    await using _announced = await announce({ folder, server: "weather" });
    expect([existsSync(earlier), existsSync(sibling)]).toEqual([false, true]);
  });
});

describe("a runtime folder is refused", () => {
  it("that others can write", async () => {
    mkdirSync(folder);
    chmodSync(folder, 0o770);
    await expect(announce({ folder, server: "weather" })).rejects.toMatchObject({
      code: "KIT_RUNTIME_FOLDER",
      message: `The runtime folder ${folder} can be written by others (chmod go-w mends that). Choose a folder that only you can write, with MCP_OPS_RUNTIME_DIR where the environment decides.`,
    });
  });

  it("that is a file", async () => {
    writeFileSync(folder, "");
    await expect(announce({ folder, server: "weather" })).rejects.toThrow("cannot be made (EEXIST)");
  });

  it("that is a link, which another user may have put there", async () => {
    mkdirSync(`${folder}2`);
    symlinkSync(`${folder}2`, folder);
    await expect(announce({ folder, server: "weather" })).rejects.toThrow("is not a folder");
  });

  it.runIf(process.getuid?.() === 0)("that belongs to another user", async () => {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, 12_345, 12_345);
    await expect(announce({ folder, server: "weather" })).rejects.toThrow("belongs to another user");
  });
});
