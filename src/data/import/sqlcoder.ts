/**
 * SQLCoder's prompts: the question in `[QUESTION]…[/QUESTION]`, or in backquotes behind "to answer the question"; the SQL in
 * a field of its own or behind `[SQL]` or `### SQL` in the same text.
 */
import { isSqlCoderPrompt, questionIn } from "./prompt-text.ts";
import { type Fields, type Form, given, textOf } from "./record.ts";

const PROMPT_KEYS: readonly string[] = ["prompt", "text", "input", "instruction", "question"];
const ANSWER_KEYS: readonly string[] = [
  "completion",
  "sql",
  "query",
  "output",
  "response",
  "answer",
];

const promptOf = (fields: Fields): string | undefined =>
  PROMPT_KEYS.map((key) => textOf(fields, key)).find(isSqlCoderPrompt);

export const sqlCoderForm: Form = {
  help: "SQLCoder: prompts with [QUESTION]…[/QUESTION], the SQL in a field or behind [SQL]",
  matches: (fields) => promptOf(fields) !== undefined,
  read: (fields) => {
    const prompt = promptOf(fields) ?? "";
    const answer = ANSWER_KEYS.map((key) => textOf(fields, key)).find((text) => text.trim() !== "");
    return [
      {
        question: questionIn(prompt),
        answer: answer ?? sqlBehind(prompt),
        ...given({ id: textOf(fields, "id"), dbId: textOf(fields, "db_name") }),
      },
    ];
  },
};

/** What follows the last mark of the answer. */
function sqlBehind(text: string): string {
  const mark = [...text.matchAll(/\[SQL\]|^### (?:SQL|Response|Answer)\b.*$/gim)].at(-1);
  return mark === undefined ? "" : text.slice(mark.index + mark[0].length).replace("[/SQL]", "");
}
