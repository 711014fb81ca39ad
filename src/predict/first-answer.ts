/** What a model wrote first, where more was written after it: other candidates, another reading of the grammar, a repair. */
import type { Answer } from "../prompt/answer.ts";

export type FirstAnswer = {
  readonly answer: Answer;
  /** What the model wrote, unread and unbound. */
  readonly completion: string;
  /** Until it stood. */
  readonly ms: number;
};

/** Of what stands so far: its own first answer, or else itself. */
export const firstOf = ({
  first,
  answer,
  completion,
  ms,
}: FirstAnswer & { readonly first?: FirstAnswer }): FirstAnswer =>
  first ?? { answer, completion, ms };
