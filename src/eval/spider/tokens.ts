/**
 * Tokens as Spider's official script sees them: SQL split like English words, after every quoted text was swapped for
 * one word. So `a>3` are three tokens and `a=3` is one. Written for equality with that script and of no other use.
 * Knows no grammar. (test-suite-sql-eval, process_sql.py; NLTK's word tokenizer without sentence splitting)
 */

/** What Python's str.split takes for a blank. */
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** Word splitting: each replacement puts blanks around what is a token of its own. The order counts. */
const SPLITS: readonly (readonly [RegExp, string])[] = [
  [/``|[`«»“”‘’„]/g, " $& "],
  // A final dot, even before closing brackets.
  [/(?<=[^.])\.(?=[\])}>»”’\s]*$)/, " . "],
  // Not before a digit; of two neighbours only the first.
  [/([:,])(\P{Nd})/gu, " $1 $2"],
  [/[:,]$/, " $& "],
  [/\.{2,}/g, " $& "],
  [/[;@#$%&\u2012-\u2015?!*[\](){}<>]/g, " $& "],
  [/--/g, " -- "],
  [/(?<![\p{L}\p{N}_])(can|gim|gon|got|lem)(?<first>)(not|me|na|ta)(?![\p{L}\p{N}_])/giu, "$&"],
];

/**
 * The tokens of a statement, in lower case but for quoted texts, which keep their double quotes. null where a quote is
 * left open.
 */
export function spiderTokens(sql: string): string[] | null {
  const pieces = sql.replaceAll("'", '"').split('"');
  if (pieces.length % 2 === 0) return null;
  const texts = new Map<string, string>();
  return mergeComparisons(words(""));
}
