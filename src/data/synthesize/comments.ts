/**
 * What comments of a schema say: the words behind codes ("A active, H on hold"), what NULL means ("NULL = unpaid"), and
 * a description. Knows only text and the values that a column really holds.
 */
export type ColumnNotes = {
  /** The comment without codes and NULL, if anything is left. */
  readonly description?: string;
  /** "unpaid", "no limit", "still running". */
  readonly nullMeaning?: string;
  /** Other names: "also debtor, buyer". */
  readonly synonyms: readonly string[];
  /** Value → words. */
  readonly codes: ReadonlyMap<string, string>;
};

/** How notes write synonyms into a comment. */
const ALSO = /^(?:also|aka|synonyms?:?)\s+/i;

const synonymsIn = (part: string): string[] =>
  part
    .replace(ALSO, "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** Reads a comment. `values` are the column's values as text: only what exists is taken for a code. */
export function parseColumnComment(
  comment: string | undefined,
  values: ReadonlySet<string>,
): ColumnNotes {
  const codes = new Map<string, string>();
  const synonyms: string[] = [];
  let nullMeaning: string | undefined;
  const rest: string[] = [];
  for (const part of (comment ?? "").split(";").map((text) => text.trim())) {
    const nullPart = /^null\s*(?:=|:|means|is)\s*(.+)$/i.exec(part);
    if (nullPart) nullMeaning = nullPart[1].trim();
    else if (ALSO.test(part)) synonyms.push(...synonymsIn(part));
    else if (!readCodes(part, values, codes) && part !== "") rest.push(part);
  }
  return {
    codes,
    synonyms,
    ...(nullMeaning && { nullMeaning }),
    ...(rest.length > 0 && { description: rest.join("; ") }),
  };
}

/** Adds the codes of a list such as "0 pending, 1 open" and says whether the text is one. */
function readCodes(part: string, values: ReadonlySet<string>, codes: Map<string, string>): boolean {
  const pieces = part.split(",").map((piece) => piece.trim());
  const read = pieces.map((piece) => {
    if (values.has(piece)) return { value: piece, words: "" };
    const match = /^["']?([^\s"'=:]+)["']?\s*(?:[=:–-]\s*)?(.*)$/.exec(piece);
    return match && match[2] !== "" && values.has(match[1])
      ? { value: match[1], words: match[2] }
      : undefined;
  });
  const found = read.filter((entry) => entry !== undefined);
  if (pieces.length < 2 || found.length * 2 < pieces.length) return false;
  for (const { value, words } of found) if (words !== "") codes.set(value, words.toLowerCase());
  return true;
}

/** Words that end a noun phrase which can stand for a column. */
const COLUMN_HEADS = new Set(
  "number code name date amount total percent % rate price cost hours description type status count quantity id month year balance limit address level score weight height length size duration age salary budget value reference ending title category".split(
    " ",
  ),
);

/** The description as a phrase for the column ("vendor's invoice number"), when it is one. */
export function nounPhraseOf(description: string | undefined): string | undefined {
  if (description === undefined || /[,;:+=()]/.test(description)) return undefined;
  const words = description
    .trim()
    .replace(/^(the|an?)\s+/i, "")
    .split(/\s+/);
  const last = words[words.length - 1].toLowerCase();
  if (words.length > 5 || !COLUMN_HEADS.has(last)) return undefined;
  const phrase = words.join(" ").replace(/\s*%$/, " percent");
  return /^[A-Z][a-z]/.test(phrase) ? phrase[0].toLowerCase() + phrase.slice(1) : phrase;
}

export type TableWords = {
  /** Plural or mass noun phrases, best first. */
  readonly nouns: readonly string[];
  /** What stands before a colon: "receivables: invoices and credits". */
  readonly area?: string;
};

/** Noun phrases out of a table's comment. */
export function parseTableComment(comment: string | undefined): TableWords {
  if (comment === undefined) return { nouns: [] };
  const parts = comment.split(";").map((part) => part.trim());
  const also = parts.filter((part) => ALSO.test(part)).flatMap(synonymsIn);
  const words = nounsIn(parts.filter((part) => !ALSO.test(part)).join(";"));
  return { ...words, nouns: [...words.nouns, ...also] };
}

function nounsIn(comment: string): TableWords {
  const text = comment
    .split(/[.;(]/)[0]
    .trim()
    .replace(/^(the|all|list of|table of)\s+/i, "");
  const [area, rest] = text.includes(":")
    ? text.split(":").map((piece) => piece.trim())
    : [undefined, text];
  if (rest === "" || rest.split(/\s+/).length > 5 || /[,=]/.test(rest))
    return { nouns: [], ...(area && { area }) };
  const lower = /^[A-Z][a-z]/.test(rest) ? rest[0].toLowerCase() + rest.slice(1) : rest;
  return { nouns: [lower], ...(area && { area: area.toLowerCase() }) };
}
