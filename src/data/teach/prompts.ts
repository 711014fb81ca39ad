/** The messages that a teacher gets. The schema is rendered as the tuned model sees it. Knows no model. */
import { type Message, renderSystem } from "../../prompt/prompt.ts";
import type { Database } from "../../schema/schema.ts";
import type { Example } from "../example.ts";
import type { AnswerFields } from "./teacher.ts";
import { demands, describeVoice, type Demand, type Voice } from "./voices.ts";

/** A solved pair of the project to learn its manner from. */
export type Shown = Pick<Example, "question" | "sql">;

export const questionFields: AnswerFields = {
  question: { type: "text", help: "the question, in plain words" },
};
export const sqlFields: AnswerFields = {
  sql: { type: "text", help: "one SELECT statement that answers the question" },
};
export const wordingFields: AnswerFields = {
  questions: { type: "texts", help: "the other wordings of the question" },
};

const QUESTIONS_SYSTEM = `You write questions that people ask of a {{dialect}} database. They do not know the names of tables and columns and write no SQL. Its tables:
{{schema}}
{{knowledge}}`;

const WORDINGS_SYSTEM =
  "You put questions that people ask of a database into other words. The meaning stays exactly the same; every number, name, code and date stays as it is written.";

/** Servers that cannot be told a form get it in words too. */
const asJson = (fields: AnswerFields): string => {
  const example = Object.entries(fields).map(
    ([name, { type }]) => `"${name}": ${type === "text" ? '"…"' : '["…", "…"]'}`,
  );
  return `Answer with JSON alone: {${example.join(", ")}}`;
};

const user = (...lines: readonly string[]): Message => ({
  role: "user",
  content: lines.filter(Boolean).join("\n"),
});
const assistant = (value: object): Message => ({
  role: "assistant",
  content: JSON.stringify(value),
});

export type QuestionSeed = {
  readonly voice: Voice;
  readonly demand: Demand;
  readonly tables: readonly string[];
  /** `Table.Column: value, value`. */
  readonly cellValues: readonly string[];
};

/** A question about certain tables is wanted. */
export const questionMessages = (
  database: Database,
  { voice, demand, tables, cellValues }: QuestionSeed,
  shown: readonly Shown[],
): Message[] => [
  { role: "system", content: renderSystem(database, QUESTIONS_SYSTEM) },
  user(
    shown.length > 0 ? "Questions that people here have asked:" : "",
    ...shown.map(({ question }) => `- ${question}`),
    `Write one new question ${describeVoice(voice)}. It asks for ${demands[demand]} and is about ${tables.join(" and ")}. One query must be able to answer it from the tables alone, and it must say all that the query needs.`,
    cellValues.length > 0 ? `Values that are there: ${cellValues.join("; ")}` : "",
    asJson(questionFields),
  ),
];

/** The SQL for a question is wanted; the system message is the tuned model's own. */
export const sqlMessages = (
  database: Database,
  question: string,
  shown: readonly Shown[],
  systemTemplate?: string,
): Message[] => [
  { role: "system", content: renderSystem(database, systemTemplate) },
  ...shown.flatMap((pair) => [
    user(pair.question, asJson(sqlFields)),
    assistant({ sql: pair.sql }),
  ]),
  user(question, asJson(sqlFields)),
];

/** Words for a query are wanted. `plainWords` is what the query is known to mean, in clumsy words. */
export const wordingMessages = (
  database: Database,
  { sql, question: plainWords }: Shown,
  voice: Voice,
  shown: readonly Shown[],
): Message[] => {
  const ask = (query: string, meaning: string, how: string) =>
    user(
      `Query: ${query}`,
      meaning && `It means: ${meaning}`,
      `Write the question that this query answers ${how}. Say every condition, number and name of the query; add nothing.`,
      asJson(questionFields),
    );
  return [
    { role: "system", content: renderSystem(database, QUESTIONS_SYSTEM) },
    ...shown.flatMap((pair) => [
      ask(pair.sql, "", "in the words of the people here"),
      assistant({ question: pair.question }),
    ]),
    ask(sql, plainWords, describeVoice(voice)),
  ];
};

/** Other wordings of a question are wanted, one for each voice. */
export const paraphraseMessages = (
  { question, sql }: Shown,
  voices: readonly Voice[],
): Message[] => [
  { role: "system", content: WORDINGS_SYSTEM },
  user(
    `Question: ${question}`,
    `The query that answers it: ${sql}`,
    `Write ${voices.length} other wordings of the question:`,
    ...voices.map((voice, index) => `${index + 1}. ${describeVoice(voice)}`),
    asJson(wordingFields),
  ),
];

/** A turn that tells the teacher what was wrong with its reply. */
export const repairMessages = (reply: string, problem: string, fields: AnswerFields): Message[] => [
  { role: "assistant", content: reply.slice(0, 2000) || "…" },
  user(`${problem} Correct it. ${asJson(fields)}`),
];
