import type { OpenFile } from "@mcp-ops/backup";
import { OpsError } from "@mcp-ops/formats";
import { z } from "zod";
import { OFFER, PIECE_BYTES, type PieceWish } from "../../backup/offers.ts";
import { SIDECAR_ERROR } from "../../codes.ts";
import { askPeerForBytes, type Peer, type Peers } from "../peers.ts";
import type { Offered, SyncSource } from "./source.ts";

/** For one answer: a piece is a few megabytes, and the other side gives up after so long, too. */
const ANSWER_MS = 30_000;

const VIEW = z.object({ leadingForMs: z.number().nullable() });

/** Asks the sidecar of whoever leads. */
export function primarySource(peers: Peers, primary: () => string | undefined): SyncSource {
  return {
    async newest(set, signal) {
      const name = primary();
      if (name === undefined) return undefined;
      const peer = peers.peer(name);
      if (peer === undefined) throw failed(`${name} leads, and is not among failover.peers. Name it there.`);
      return offeredBy(peer, name, set, signal);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** What a node has saved before it led may be older than what the primary of that time had. So only what it saved as the primary counts. */
async function offeredBy(peer: Peer, name: string, set: string, signal: AbortSignal): Promise<Offered | undefined> {
  const ask = asking(peer, name, signal);
  const { leadingForMs } = VIEW.parse(JSON.parse((await ask("GET", "/failover")).toString("utf8")));
  const offered = OFFER.parse(JSON.parse((await ask("POST", `/backups/${set}/offer`, {})).toString("utf8")));
  if (leadingForMs === null || offered.ageMs > leadingForMs) return undefined;
  const piece = (wish: PieceWish) => ask("POST", `/backups/${set}/piece`, wish);
  return { ...offered, open: openInPieces(offered.id, piece) };
}

type Ask = (method: "GET" | "POST", path: string, body?: object) => Promise<Buffer>;

function asking(peer: Peer, name: string, stop: AbortSignal): Ask {
  return async (method, path, body) => {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]);
    const reply = await askPeerForBytes(peer, { method, path, body, signal, most: PIECE_BYTES }).catch(
      (cause: Error) => {
        throw failed(`${name} cannot be asked: ${cause.message}`);
      },
    );
    if (reply.status === 200) return reply.body;
    throw failed(`${name} refuses it (HTTP ${reply.status}): ${refusalIn(reply.body)}`);
  };
}

/** A stream that breaks off in the middle has to be begun anew; of pieces the one that failed ends the pull, and none is late. */
function openInPieces(id: string, piece: (wish: PieceWish) => Promise<Buffer>): OpenFile {
  return async (file) =>
    (async function* () {
      for (let start = 0; ; ) {
        const bytes = await piece({ id, file, start });
        if (bytes.length > 0) yield bytes;
        if (bytes.length < PIECE_BYTES) return;
        start += bytes.length;
      }
    })();
}

/** Its words are short, and go no further than our own log and API. */
function refusalIn(body: Buffer): string {
  try {
    const { error } = JSON.parse(body.toString("utf8")) as { error?: { message?: unknown } };
    return String(error?.message ?? "").slice(0, 300);
  } catch {
    return "it gives no reason";
  }
}

function failed(message: string): OpsError {
  return new OpsError(SIDECAR_ERROR.syncFailed, message);
}
