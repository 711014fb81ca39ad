/** Our own files: pairs and examples as docs/data.md describes them. */
import type { Pair } from "../pairs.ts";
import { renderAnswer } from "../../prompt/answer.ts";
import { type Form, given, hasTexts, textOf } from "./record.ts";

export const pairsForm: Form = {
  help: "our own: {id, question, sql} or {id, question, refusal}",
  matches: (fields) =>
    hasTexts(fields, "id", "question") && (hasTexts(fields, "sql") || hasTexts(fields, "refusal")),
  read: (fields) => {
    const { sql, refusal, source, split, checks } = fields as Pair;
    return [
      {
        question: textOf(fields, "question"),
        answer: refusal ? renderAnswer({ kind: "refuse", refusal }) : (sql ?? ""),
        ...given({
          id: textOf(fields, "id"),
          dbId: textOf(fields, "dbId"),
          evidence: textOf(fields, "evidence"),
          dialect: textOf(fields, "dialect"),
        }),
        kept: {
          ...(source && { source }),
          ...(["train", "dev", "test"].includes(split ?? "") && { split }),
          ...(checks && { checks }),
        },
      },
    ];
  },
};
