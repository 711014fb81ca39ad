/**
 * Tokens as Spider's official script sees them: SQL split like English words, after each quoted text was swapped for one
 * word. So `a>3` are three tokens and `a=3` is one. Written for equality with that script and of no other use. Knows no
 * grammar. (test-suite-sql-eval, process_sql.py; NLTK's word tokenizer without sentence splitting)
 */

/** What Python's str.split takes for blanks (four control characters aside). */
const BLANKS = /\p{White_Space}+/u;

/** Puts blanks around what is a token of its own. The order counts. */
const SPLITS: readonly (readonly [RegExp, string])[] = [
  [/``|[`«»“”‘’„]/g, " $& "],
  // The dot that ends the text, closing brackets or not.
  [/(?<=[^.])\.(?=[\])}>»”’\s]*$)/, " . "],
  // Not before a digit; of two in a row only the first.
  [/([:,])(\P{Nd})/gu, " $1 $2"],
  [/[:,]$/, " $& "],
  [/\.{2,}/g, " $& "],
  [/[;@#$%&\u2012-\u2015?!*[\](){}<>]/g, " $& "],
  [/--/g, " -- "],
  [
    /(?<![\p{L}\p{N}_])(can(?=not)|gim(?=me)|gon(?=na)|got(?=ta)|lem(?=me)|wan(?=na(?:\s|$)))(not|me|na|ta)(?![\p{L}\p{N}_])/giu,
    " $1 $2 ",
  ],
];

/**
 * The tokens of a statement: quoted texts with double quotes around them, all else in lower case. null where a quote is
 * left open.
 */
export function spiderTokens(sql: string): string[] | null {
  const pieces = sql.replaceAll("'", '"').split('"');
  if (pieces.length % 2 === 0) return null;
  const texts = new Map<string, string>();
  const swapped = pieces.map((piece, i) => {
    if (i % 2 === 0) return piece;
    const word = `__val_${i}__`;
    texts.set(word, `"${piece}"`);
    return word;
  });
  const tokens = splitWords(swapped.join("")).map((token) => texts.get(token) ?? token);
  return mergeComparisons(tokens);
}

function splitWords(text: string): string[] {
  const spaced = SPLITS.reduce((rest, [pattern, to]) => rest.replace(pattern, to), text);
  return spaced.toLowerCase().split(BLANKS).filter(Boolean);
}

/** `=` right after `!`, `>` or `<` makes one operator with it. */
function mergeComparisons(tokens: readonly string[]): string[] {
  const merged: string[] = [];
  for (const token of tokens) {
    const before = merged.at(-1);
    if (token === "=" && (before === "!" || before === ">" || before === "<"))
      merged[merged.length - 1] = `${before}=`;
    else merged.push(token);
  }
  return merged;
}
