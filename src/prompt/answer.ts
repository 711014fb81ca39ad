/**
 * The form of an answer: SQL alone, or one line `-- cannot answer: <reason>`. Written for training and read back from
 * what a model produced. Knows no database: whether the SQL is right is not asked here.
 */
/** A small model says it twice now and then. */
const REFUSAL = /^(?:\s*--\s*cannot answer\b:?)+\s*(.*)/i;

export type Answer =
  | { readonly kind: "answer"; readonly sql: string }
  | { readonly kind: "refuse"; readonly refusal: string };

/** The completion that a model is trained to write; an example is an answer too. */
export const renderAnswer = (answer: {
  readonly kind: Answer["kind"];
  readonly sql?: string;
  readonly refusal?: string;
}): string =>
  answer.kind === "answer" ? (answer.sql ?? "") : `-- cannot answer: ${answer.refusal ?? ""}`;

/**
 * Reads a completion. An untuned model wraps SQL in a code fence or in prose: the fence's content, else the text from
 * the first SELECT or WITH, up to the first `;` or blank line, is the SQL. Never fails; what has no SQL in it is
 * returned as it stands and will not run.
 */
export function parseAnswer(completion: string): Answer {
  const refusal = REFUSAL.exec(completion);
  if (refusal) return { kind: "refuse", refusal: refusal[1].trim() };
  const fenced = /```(?:\w+)?\s*\n?([\s\S]*?)(?:```|$)/.exec(completion);
  const text = fenced ? fenced[1] : completion;
  const start = /\b(?:SELECT|WITH)\b/i.exec(text);
  return { kind: "answer", sql: cutStatement(start ? text.slice(start.index) : text).trim() };
}

/** Up to the first `;` outside quotes, or the first blank line. */
function cutStatement(text: string): string {
  const end = /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|[^;'"\n]|\n(?!\s*\n)|['"])*/.exec(text);
  return end ? end[0] : text;
}
