import { expect, test } from "vitest";
import { tokenBytes } from "./token-bytes.ts";

test("a token's bytes, also where it ends within a character; a control token has none", () => {
  const pieces = tokenBytes({
    "tokenizer.ggml.tokens": ["<|im_end|>", "ĠSELECT", "Ċ", "gr", "Ã", "¶"],
    "tokenizer.ggml.token_type": [3, 1, 1, 1, 1, 1],
  });
  expect(pieces.slice(0, 4)).toEqual(["", " SELECT", "\n", "gr"]);
  expect(Buffer.from(pieces[4] + pieces[5], "latin1").toString()).toBe("ö");
});
