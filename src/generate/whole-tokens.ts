/**
 * Whether an answer's tokens are those into which its text is cut as a whole, as in training. Where a model means a word that
 * may not stand, a grammar alone would let it spell another one letter by letter (` s`, `t`, `ate`), which it never saw cut so.
 */
import type { Token } from "node-llama-cpp";
import type { AnswerState, Constraint } from "../constrain/constraint.ts";

export type WholeTokensOptions = {
  readonly constraint: Constraint;
  /** The bytes of each token, by id (tokenizer/token-bytes.ts). */
  readonly pieces: readonly string[];
  readonly tokenize: (text: string) => readonly Token[];
};

/** True of tokens whose last word may become one that is cut so; `state` is the answer's after them. */
export function createWholeTokens({ constraint, pieces, tokenize }: WholeTokensOptions) {
  const known = new Map<string, readonly Token[]>();
  const tokensOf = (bytes: string): readonly Token[] => {
    const tokens = known.get(bytes) ?? tokenize(Buffer.from(bytes, "latin1").toString());
    known.set(bytes, tokens);
    return tokens;
  };
  return (ids: readonly Token[], state: AnswerState): boolean => {
    const texts = constraint.becoming(state);
    if (texts === undefined) return true;
    // no token reaches from one word into the next
    let start = ids.length - 1;
    let word = pieces[ids[start]];
    while (start > 0 && !word.startsWith(" ")) word = pieces[ids[--start]] + word;
    const last = ids.slice(start);
    return texts.some((text) => {
      const whole = tokensOf(word + text.slice(state.partial.length));
      return last.every((id, i) => id === whole[i]);
    });
  };
}
