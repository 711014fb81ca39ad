/** Numbers as questions write them: digits with separators, `2.5k`, `$3 million`, `10 %`, words and ordinals. */

const UNITS =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
  seventeen eighteen nineteen`.split(/\s+/);
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ORDINALS =
  "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(" ");
const SCALES: Readonly<Record<string, number>> = {
  hundred: 100,
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  mio: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
};
const SPELLED: ReadonlyMap<string, number> = new Map([
  ...UNITS.map((word, i) => [word, i] as const),
  ...TENS.map((word, i) => [word, 20 + 10 * i] as const),
  ...ORDINALS.map((word, i) => [word, i + 1] as const),
  ["once", 1],
  ["single", 1],
  ["twice", 2],
  ["double", 2],
  ["couple", 2],
  ["pair", 2],
  ["both", 2],
  ["dozen", 12],
  ["half", 0.5],
  ["quarter", 0.25],
]);

/** With what may follow at once: an ordinal's ending, a scale, a unit such as `cm`. */
const DIGITS = /^(\d+(?:\.\d+)?|\.\d+)([a-z]{1,2}|%)?$/;

/** Every number that a text names, each once; a percentage as itself and as a fraction. */
export function numbersIn(text: string): number[] {
  const words =
    text
      .toLowerCase()
      .replace(/(?<=\d),(?=\d{3}(?!\d))/g, "")
      .match(/\d*\.?\d+(?:%|[a-z]{1,2}\b)?|[a-z]+|%/g) ?? [];
  const found = new Set<number>();
  for (let i = 0; i < words.length;) {
    const { value, next } = numberAt(words, i);
    if (value === undefined) {
      i++;
      continue;
    }
    found.add(value);
    if (words[next - 1].endsWith("%") || /^(%|percent|pct)$/.test(words[next] ?? ""))
      found.add(value / 100);
    i = next;
  }
  return [...found];
}

/** The number whose first word stands at `start`, with the scales that follow it. */
function numberAt(
  words: readonly string[],
  start: number,
): { readonly value?: number; readonly next: number } {
  const digits = DIGITS.exec(words[start]);
  if (digits !== null)
    return scaled(Number(digits[1]) * (SCALES[digits[2] ?? ""] ?? 1), words, start + 1);
  const isArticle = words[start] === "a" && Object.hasOwn(SCALES, words[start + 1] ?? "");
  if (isArticle && words[start + 1].length > 2) return scaled(1, words, start + 1);
  const first = SPELLED.get(words[start]);
  if (first === undefined) return { next: start };
  const second = SPELLED.get(words[start + 1] ?? "") ?? 0;
  const isCompound = first >= 20 && first < 100 && second >= 1 && second < 10;
  return isCompound ? scaled(first + second, words, start + 2) : scaled(first, words, start + 1);
}

function scaled(value: number, words: readonly string[], next: number) {
  let [result, at] = [value, next];
  while (Object.hasOwn(SCALES, words[at] ?? "") && words[at].length > 1)
    result *= SCALES[words[at++]];
  return { value: result, next: at };
}
