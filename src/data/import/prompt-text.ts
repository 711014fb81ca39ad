/** The question inside of a prompt that also holds rules, schema and solved examples, as the usual templates mark it. */

/** SQLCoder's marks, then the label `Question:` of other templates; the first that is found counts. */
const MARKS: readonly RegExp[] = [
  /\[QUESTION\]([^]*?)\[\/QUESTION\]/g,
  /\banswers? (?:the|this)(?: following)? question:?\s*`([^`]+)`/gi,
  /^[#*\s]*(?:user )?question\**[ \t]*(?::|\n)[*\s]*(.+)/gim,
];

/** The question in `prompt`, the last where solved examples stand before it; the whole prompt where no mark is found. */
export function questionIn(prompt: string): string {
  if (!/question/i.test(prompt)) return prompt.trim();
  const found = MARKS.map((mark) => [...prompt.matchAll(mark)].at(-1)?.[1].trim()).find(Boolean);
  return found ?? prompt.trim();
}

/** Whether a prompt in SQLCoder's form stands in `text`. */
export const isSqlCoderPrompt = (text: string): boolean =>
  MARKS.slice(0, 2).some((mark) => text.search(mark) >= 0);

/** Whether `text` holds the DDL of a table. */
export const hasDdl = (text: string): boolean => /\bcreate\s+table\b[^(]*\(/i.test(text);
