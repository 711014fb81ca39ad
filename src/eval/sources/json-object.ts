/** The entries of a JSON object as they stand in the text: `JSON.parse` sorts keys that are numbers and drops repeated ones. */
import { UserError } from "../../base/errors.ts";
import { parseJson } from "./gold.ts";

export type JsonEntry = { readonly key: string; readonly value: unknown };

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

/** In the order of the text, repeated keys included. Raises data-invalid for text that is not one JSON object. */
export function objectEntries(text: string, at: string): JsonEntry[] {
  const whole = parseJson(text, at);
  if (typeof whole !== "object" || whole === null || Array.isArray(whole))
    throw new UserError("data-invalid", `${at} is not a JSON object`);
  const entries: JsonEntry[] = [];
  let depth = 0;
  let start = 0;
  let key: string | undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const ends = depth === 1 && (token === "," || token === "}");
    if (ends && key !== undefined) {
      entries.push({ key, value: JSON.parse(text.slice(start, index)) as unknown });
      key = undefined;
    }
    if (depth === 1 && token === ":") start = index + 1;
    else if (depth === 1 && key === undefined && token.startsWith('"'))
      key = JSON.parse(token) as string;
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
  }
  return entries;
}
