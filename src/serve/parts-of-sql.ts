/** A statement told while a model writes it. */
import { parseAnswer } from "../prompt/answer.ts";

/** Of an answer as it grows, what is SQL: nothing of a refusal, of prose before it, of half a character. */
export function partsOfSql(onPart: (part: string) => void): (text: string) => void {
  let told = "";
  return (text) => {
    if (!/^\s*(?:SELECT|WITH)\s/i.test(text) || text.endsWith("\ufffd")) return;
    const answer = parseAnswer(text);
    const sql = answer.kind === "answer" ? answer.sql : "";
    if (sql.length <= told.length || !sql.startsWith(told)) return;
    onPart(sql.slice(told.length));
    told = sql;
  };
}
