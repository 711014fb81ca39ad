/** Forms whose records hold question and SQL side by side: benchmarks with fixed names, and tables whose columns have any usual name. */
import { given, type Draft, type Fields, type Form, hasTexts, textOf } from "./record.ts";
import { questionIn } from "./prompt-text.ts";

/** Keys of a benchmark's records. */
type Keys = {
  readonly question: string;
  readonly answer: string;
  readonly id?: string;
  readonly evidence?: string;
};

const benchmarkForm = (help: string, { question, answer, id = "", evidence = "" }: Keys): Form => ({
  help,
  licence: "CC-BY-SA-4.0",
  matches: (fields) => hasTexts(fields, "db_id", question, answer),
  read: (fields) => [
    {
      question: textOf(fields, question),
      answer: textOf(fields, answer),
      ...given({
        id: textOf(fields, id),
        dbId: textOf(fields, "db_id"),
        evidence: textOf(fields, evidence),
      }),
    },
  ],
});

export const spiderForm: Form = benchmarkForm(
  "Spider and Spider-Realistic, Archer: {db_id, question, query}",
  { question: "question", answer: "query", id: "id", evidence: "commonsense_knowledge" },
);

export const spiderSynForm: Form = benchmarkForm("Spider-Syn: {db_id, SpiderSynQuestion, query}", {
  question: "SpiderSynQuestion",
  answer: "query",
});

export const birdForm: Form = benchmarkForm("BIRD: {db_id, question, evidence, SQL, difficulty}", {
  question: "question",
  answer: "SQL",
  evidence: "evidence",
});

/** Names of columns in the order in which they are looked for; case, blanks, `_` and `-` do not count. */
const SYNONYMS = {
  question:
    "question nlquestion naturallanguagequestion userquestion utterance nl nlq naturallanguage naturallanguagequery sqlprompt prompt text input instruction",
  answer:
    "sql goldsql sqlquery query goldquery gold sqlstatement target completion answer response output",
  dbId: "dbid dbname database databaseid databasename db",
  evidence: "evidence hint externalknowledge knowledge instructions",
  dialect: "dialect sqldialect dbtype",
  id: "id",
} as const;

type Part = keyof typeof SYNONYMS;

const plainName = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, "");

function columnOf(fields: Fields, part: Part): string | undefined {
  const names = Object.keys(fields);
  for (const synonym of SYNONYMS[part].split(" ")) {
    const found = names.find((name) => plainName(name) === synonym);
    if (found !== undefined && typeof fields[found] === "string") return found;
  }
  return undefined;
}

export const tableForm: Form = {
  help: "columns named question (or utterance, nl, prompt …) and sql (or query, gold, completion …)",
  matches: (fields) =>
    columnOf(fields, "question") !== undefined && columnOf(fields, "answer") !== undefined,
  read: (fields) => {
    const text = (part: Part) => textOf(fields, columnOf(fields, part) ?? "");
    const draft: Draft = {
      question: questionIn(text("question")),
      answer: text("answer"),
      ...given({
        id: text("id"),
        dbId: text("dbId"),
        evidence: text("evidence"),
        dialect: text("dialect"),
      }),
    };
    return [draft];
  },
};
