/** What comments tell about values: lists ("possible values: a, b"), codes ("O open, C closed"), scales ("0-100"). */
import type { ColumnRule } from "./rules.ts";

const LIST_INTRO =
  /(?:\b(?:possible|allowed|valid|permitted)\s+(?:values?|options?)|\b(?:values?|options?|one of|either|enum))\s*(?:are|is|include)?\s*[:=]?\s*(?!if\b|of\b|in\b|is\b)(.+)$/i;
const SEPARATORS = /\s*(?:[,;|]|\/(?=\s)|\bor\b)\s*/i;
/** `O open`, `O = open`, `1: new`, `'A' - active`. */
const CODED = /^['"]?([A-Z]{1,4}|\d{1,2})['"]?\s*(?:[=:–-]+\s*|\s+(?=[a-z]))[\p{L}].*$/u;
const SCALE =
  /\b(?:range|scale|between|from|score)\b\D{0,20}?(\d+(?:\.\d+)?)\s*(?:-|–|to|and|\.\.)\s*(\d+(?:\.\d+)?)/i;

/** What values the comment speaks of; nothing for most comments. */
export function ruleOfComment(comment: string | undefined): ColumnRule | undefined {
  if (comment === undefined) return undefined;
  const codes = codesOf(comment);
  if (codes !== undefined) return { values: codes };
  const listed = LIST_INTRO.exec(comment)?.[1].split(/\.(?:\s|$)/)[0];
  const values = listed === undefined ? [] : itemsOf(listed);
  if (values.length >= 2) return { values: values.map(numberIfAll(values)) };
  const scale = SCALE.exec(comment);
  if (scale !== null && Number(scale[1]) < Number(scale[2]))
    return { min: Number(scale[1]), max: Number(scale[2]) };
  return undefined;
}

const numberIfAll = (values: readonly string[]) => (value: string) =>
  values.every((one) => /^-?\d+$/.test(one)) ? Number(value) : value;

function itemsOf(text: string): string[] {
  const items = text
    .split(SEPARATORS)
    .map((item) => item.replace(/^[\s'"`([]+|[\s'"`)\]]+$/g, "").replace(/^(?:and|or)\s+/i, ""))
    .filter((item) => item !== "" && !/^etc/i.test(item));
  return items.every((item) => item.length <= 40) ? [...new Set(items)] : [];
}

function codesOf(comment: string): (number | string)[] | undefined {
  const inner = comment
    .replace(/^[^:(]*[:(]\s*(?=['"]?(?:[A-Z]{1,4}|\d{1,2})\b)/, "")
    .replace(/\)\s*$/, "");
  const pieces = inner.split(/\s*[,;]\s*/).filter((piece) => piece !== "");
  const codes = pieces.map((piece) => CODED.exec(piece)?.[1]);
  if (codes.length < 2 || codes.includes(undefined) || new Set(codes).size < codes.length)
    return undefined;
  return (codes as string[]).map(numberIfAll(codes as string[]));
}

/** The comment says when there is nothing. */
export const mayBeEmpty = (comment: string | undefined): boolean =>
  comment !== undefined && /\bnull\b|\bempty\b/i.test(comment);
