/** The JSON object in a teacher's reply, whether it stands alone, in a code fence or in prose. Knows no question. */
import type { AnswerFields } from "./teacher.ts";

export type ReadReply =
  | { readonly ok: true; readonly value: Readonly<Record<string, string | readonly string[]>> }
  | { readonly ok: false; readonly reason: "prose" | "wrong-json"; readonly message: string };

/** The first object that has all fields in their type; texts lose blanks at their ends. Never fails. */
export function readReply(reply: string, fields: AnswerFields): ReadReply {
  const text = reply.replace(/<think>[\s\S]*?(?:<\/think>|$)/g, "");
  if (!text.includes("{"))
    return { ok: false, reason: "prose", message: "the answer holds no JSON object" };
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
    const value = fieldsOf(parse(objectAt(text, at)), fields);
    if (value !== undefined) return { ok: true, value };
  }
  const wanted = Object.keys(fields).join(", ");
  return { ok: false, reason: "wrong-json", message: `no JSON object has the wanted ${wanted}` };
}

/** From an opening brace to the one that closes it; braces in strings do not count. */
function objectAt(text: string, start: number): string {
  let depth = 0;
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    depth += token === "{" ? 1 : token === "}" ? -1 : 0;
    if (depth === 0) return text.slice(start, start + index + 1);
  }
  return "";
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "";

function fieldsOf(
  value: unknown,
  fields: AnswerFields,
): Record<string, string | readonly string[]> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const result: Record<string, string | readonly string[]> = {};
  for (const [name, { type }] of Object.entries(fields)) {
    const field = (value as Record<string, unknown>)[name];
    if (type === "text" && isText(field)) result[name] = field.trim();
    else if (type === "texts" && Array.isArray(field) && field.some(isText))
      result[name] = field.filter(isText).map((text) => text.trim());
    else return undefined;
  }
  return result;
}
