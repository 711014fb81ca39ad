/**
 * The bytes of every token of a byte-level BPE vocabulary (`tokenizer.ggml.model` = gpt2). A token may end within a
 * character, so that its text alone would not do. The alphabet is GPT-2's: bytes that print stand for themselves, the
 * others for the characters from U+0100 on (github.com/openai/gpt-2, encoder.py).
 */
import type { TokenizerMetadata } from "./tokenizer.ts";

/** `tokenizer.ggml.token_type` of tokens that stand for a place in a conversation, not for text. */
const CONTROL = 3;

/** By token id, each byte a character (latin-1); a control token has none. */
export function tokenBytes(metadata: TokenizerMetadata): readonly string[] {
  const tokens = metadata["tokenizer.ggml.tokens"] as readonly string[];
  const types = metadata["tokenizer.ggml.token_type"] as readonly number[];
  const bytes = byteAlphabet();
  const textOf = (token: string) =>
    [...token].map((letter) => bytes.get(letter) ?? letter).join("");
  return tokens.map((token, id) => (types[id] === CONTROL ? "" : textOf(token)));
}

function byteAlphabet(): Map<string, string> {
  const prints = (byte: number) =>
    (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
  let next = 256;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [
      String.fromCodePoint(prints(byte) ? byte : next++),
      String.fromCharCode(byte),
    ]),
  );
}
