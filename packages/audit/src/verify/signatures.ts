import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { spkiOf } from "../keys.ts";
import type { Opened } from "../line.ts";

/** Checks signatures with the keys that the verifier trusts; without any, with the first key that the log itself names. */
export class Signatures {
  readonly #trusted = new Map<string, KeyObject>();
  readonly #isSelfStated: boolean;
  #current: KeyObject | undefined;

  /** PEM, or SPKI in base64. */
  constructor(publicKeys: readonly string[]) {
    this.#isSelfStated = publicKeys.length === 0;
    for (const text of publicKeys) {
      const key = keyOf(text);
      this.#trusted.set(spkiOf(key), key);
    }
  }

  /** A signed record names its key; false if it is not a trusted one. */
  use(stated: unknown): boolean {
    const text = String(stated);
    if (this.#isSelfStated && this.#trusted.size === 0) {
      try {
        this.#trusted.set(text, keyOf(text));
      } catch {
        return false;
      }
    }
    const known = this.#trusted.get(text);
    this.#current = known ?? this.#current;
    return known !== undefined;
  }

  /** Undefined when no key is known yet. */
  holds({ signature }: Opened): boolean | undefined {
    if (signature === undefined) return undefined;
    const keys = this.#current === undefined ? [...this.#trusted.values()] : [this.#current];
    if (keys.length === 0) return undefined;
    const value = Buffer.from(signature.value, "base64");
    return keys.some((key) => verify(null, signature.over, key, value));
  }
}

function keyOf(text: string): KeyObject {
  return text.includes("-----BEGIN")
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
}
