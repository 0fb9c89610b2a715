import { OpsError } from "@mcp-ops/formats";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { PROXY_ERROR } from "../codes.ts";

/** A config as it stands in its file, and where its parts are in the text. */
export interface ConfigText {
  readonly text: string;
  readonly root: Node;
}

const BYTE_ORDER_MARK = "\uFEFF";

/** Bytes of a config as text. @throws OpsError when writing the text back would not give the same bytes. */
export function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(file, "is not UTF-8 text");
  }
}

/** Reads the text as desktop clients do: JSON, with comments and trailing commas tolerated. */
export function parseConfig(file: string, text: string): ConfigText {
  const errors: ParseError[] = [];
  // Same length, so that the offsets stay right.
  const readable = text.startsWith(BYTE_ORDER_MARK) ? ` ${text.slice(1)}` : text;
  const root = parseTree(readable, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) throw invalid(file, `cannot be read: ${words(error)} at ${place(text, error.offset)}`);
  if (root?.type !== "object") throw invalid(file, `holds no JSON object`);
  return { text, root };
}

/** The value of a key; clients take the last where it stands twice. */
export function valueAt(node: Node | undefined, key: string): Node | undefined {
  return propertiesOf(node).findLast(([name]) => name === key)?.[1];
}

/** The properties of an object; none of anything else. */
export function propertiesOf(node: Node | undefined): readonly (readonly [name: string, value: Node])[] {
  if (node?.type !== "object") return [];
  return (node.children ?? []).flatMap(({ children }) =>
    children?.[1] === undefined ? [] : [[String(children[0]?.value), children[1]] as const],
  );
}

export function endOf({ offset, length }: Node): number {
  return offset + length;
}

function place(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1) as string).length + 1}`;
}

/** `PropertyNameExpected` reads "property name expected". */
function words({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}

function invalid(file: string, why: string): OpsError {
  return new OpsError(PROXY_ERROR.configInvalid, `${file} ${why}. Nothing has been changed; mend it, and try again.`);
}
