import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { certificate } from "./certificate.ts";

interface Kept {
  metadata: { name: string; resourceVersion: string; [more: string]: unknown };
  spec?: Record<string, unknown>;
}

/**
 * Not Kubernetes: a server of ours that answers for Lease objects as its API server does, over TLS, to a token, and that refuses every write
 * whose resourceVersion is not the newest one. A real kube-apiserver is in no package of Debian.
 */
export class FakeKubernetes implements AsyncDisposable {
  readonly serviceAccount: string;
  readonly objects = new Map<string, Kept>();
  /** Methods and names of what was asked. */
  readonly asked: string[] = [];
  /** The one that is taken; the file of the service account says the same until somebody changes one of them. */
  token = "first-token";
  /** Answers in its place: what stands before an API server, or what is no API server at all. */
  instead: ((response: ServerResponse) => void) | undefined;
  /** Runs between what a client read and what it writes. */
  beforeWrite: () => void = () => {};
  #version = 1_000;
  #isFrozen = false;
  readonly #server: Server;

  constructor(folder: string) {
    this.serviceAccount = folder;
    const { cert, key } = certificate(folder, "apiserver");
    writeFileSync(join(folder, "ca.crt"), cert);
    writeFileSync(join(folder, "namespace"), "house\n");
    this.mountToken();
    this.#server = createServer({ cert, key }, (request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
  }

  mountToken(): void {
    writeFileSync(join(this.serviceAccount, "token"), `${this.token}\n`);
  }

  /** As somebody else would write it. */
  patch(name: string, spec: Record<string, unknown>): void {
    const kept = this.objects.get(name);
    if (kept === undefined) throw new Error(`there is no lease ${name}`);
    this.#keep({ ...kept, spec: { ...kept.spec, ...spec } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#isFrozen) return;
    if (this.instead !== undefined) return this.instead(response);
    const { status, body } = await this.#judge(request);
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  }

  async #judge(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const { method = "", url = "", headers } = request;
    if (headers.authorization !== `Bearer ${this.token}`) return failed(401, "Unauthorized");
    const found = /^\/apis\/coordination\.k8s\.io\/v1\/namespaces\/([^/]+)\/leases(?:\/([^/]+))?$/.exec(url);
    if (found?.[1] !== "house") return failed(403, "leases.coordination.k8s.io is forbidden in this namespace.");
    const name = decodeURIComponent(found[2] ?? "");
    this.asked.push(`${method} ${name}`);
    if (method === "GET") return this.#found(name);
    const given = (await json(request)) as Kept;
    this.beforeWrite();
    return method === "POST" ? this.#create(given) : this.#replace(name, given);
  }

  #found(name: string) {
    const kept = this.objects.get(name);
    return kept === undefined ? failed(404, "not found") : { status: 200, body: kept };
  }

  #create(given: Kept) {
    if (this.objects.has(given.metadata.name)) return failed(409, "AlreadyExists");
    return { status: 201, body: this.#keep(given) };
  }

  #replace(name: string, given: Kept) {
    const kept = this.objects.get(name);
    if (kept === undefined) return failed(404, "not found");
    if (given.metadata.resourceVersion !== kept.metadata.resourceVersion) return failed(409, "Conflict");
    return { status: 200, body: this.#keep(given) };
  }

  #keep(given: Kept): Kept {
    const kept = { ...given, metadata: { ...given.metadata, resourceVersion: String(++this.#version) } };
    this.objects.set(kept.metadata.name, kept);
    return kept;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
};

function failed(status: number, message: string) {
  return { status, body: { kind: "Status", status: "Failure", code: status, message, reason: REASONS[status] } };
}
