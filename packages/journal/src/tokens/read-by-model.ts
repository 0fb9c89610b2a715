import type { JsonObject } from "@mcp-ops/exchange";
import { boundedJson } from "./bounded-json.ts";

/** What a model reads of a result. */
export interface Reading {
  readonly texts: readonly string[];
  /** Base64. */
  readonly images: readonly string[];
  /** Above 1 where only some of the items were looked at. */
  readonly scale: number;
  /** Bytes of JSON that were not looked at. */
  readonly unseenBytes: number;
}

/** Items of a result that are looked at; of more, some that are spread evenly. */
const MAX_ITEMS = 500;
/** Of a structured result, the characters that are looked at. */
const MAX_JSON_CHARS = 32 * 1024;
/** A structured result above this is not looked at: an object may have so many keys that listing them takes too long. */
const MAX_JSON_BYTES = 1024 * 1024;

const NOTHING: Reading = { texts: [], images: [], scale: 1, unseenBytes: 0 };

/** Methods whose results a client hands to a model. */
const READERS: Readonly<Record<string, (result: JsonObject, bytes: number) => Reading>> = {
  "tools/call": toolResult,
  "tasks/result": toolResult,
  "prompts/get": ({ messages }) => itemsOf(listOf(messages).flatMap(messageContent)),
  "resources/read": ({ contents }) => itemsOf(listOf(contents)),
};

export function isReadByModel(method: string): boolean {
  return Object.hasOwn(READERS, method);
}

/** Whether the result is that of a tool, of which a model reads the `content`. */
export function isOfTool(method: string): boolean {
  return method === "tools/call" || method === "tasks/result";
}

/** What a model reads of the result of this method; `bytes` is the size of the whole as JSON. */
export function readByModel(method: string, result: JsonObject, bytes: number): Reading {
  return READERS[method]?.(result, bytes) ?? NOTHING;
}

/** `content` is what clients hand to models; `structuredContent` is for programs, and says the same (spec: tools, structured content). */
function toolResult(result: JsonObject, bytes: number): Reading {
  const items = listOf(result.content);
  if (items.length > 0) return itemsOf(items);
  const { structuredContent } = result;
  if (structuredContent === undefined) return NOTHING;
  if (bytes > MAX_JSON_BYTES) return { ...NOTHING, unseenBytes: bytes };
  const json = boundedJson(structuredContent, MAX_JSON_CHARS);
  const scale = json.length < MAX_JSON_CHARS ? 1 : Math.max(1, bytes / json.length);
  return { texts: [json], images: [], scale, unseenBytes: 0 };
}

function messageContent(message: unknown): readonly unknown[] {
  const content = isObject(message) ? message.content : undefined;
  return Array.isArray(content) ? content : [content];
}

function itemsOf(items: readonly unknown[]): Reading {
  const texts: string[] = [];
  const images: string[] = [];
  const step = Math.max(1, items.length / MAX_ITEMS);
  let seen = 0;
  for (let at = 0; at < items.length; at += step, seen++) addItem(items[Math.floor(at)], texts, images);
  return { texts, images, scale: seen === 0 ? 1 : items.length / seen, unseenBytes: 0 };
}

/**
 * Sound has no rule that its head alone would satisfy, and is not counted. Each member is read when it is needed: a result is a view, through which
 * reading takes its time.
 */
function addItem(item: unknown, texts: string[], images: string[]): void {
  if (!isObject(item)) return;
  const { type } = item;
  if (type === "text" || type === undefined) return addContents(item, texts, images);
  if (type === "resource") return isObject(item.resource) ? addContents(item.resource, texts, images) : undefined;
  if (type === "resource_link") texts.push(boundedJson(item, MAX_JSON_CHARS));
  else if (type === "image" && typeof item.data === "string") images.push(item.data);
}

/** Of a resource: a text, or a blob that may be an image. */
function addContents(contents: JsonObject, texts: string[], images: string[]): void {
  const { text } = contents;
  if (typeof text === "string") texts.push(text);
  else if (String(contents.mimeType).startsWith("image/") && typeof contents.blob === "string")
    images.push(contents.blob);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null;
}
