/** A page of HTML as a PNG, by Debian's Chromium. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { type Page, WIDTH } from "./page.ts";

/** A repository keeps every version of every picture: few colours make them small. */
const COLOURS = 32;

const run = promisify(execFile);

export async function takePicture({ html, height }: Page, file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mcp-ops-picture-"));
  try {
    const page = join(folder, "page.html");
    await writeFile(page, html);
    const size = [`--window-size=${WIDTH},${height}`, "--force-device-scale-factor=1", "--hide-scrollbars"];
    const quiet = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-lcd-text",
      `--user-data-dir=${folder}/profile`,
    ];
    const shot = join(folder, "page.png");
    await run("chromium", [...quiet, ...size, `--screenshot=${shot}`, `file://${page}`]);
    await sharp(shot).png({ palette: true, colours: COLOURS, dither: 0, effort: 10, compressionLevel: 9 }).toFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
