/**
 * What may stand next in a statement, and whether a text can become it: the border between characters and grammar. A
 * terminal is a fixed text (a keyword, a name as SQL spells it, a sign) or one of the open kinds below. Texts are compared
 * exactly: keywords in capitals, names as the schema spells them.
 */

import { isPlainName } from "../sql/quote.ts";

/** Terminals whose text is open. */
export type OpenKind = "string" | "number" | "integer" | "newName" | "reason";

/** A piece of a statement that the grammar does not look into. */
export type SqlTerminal = { readonly kind: "fixed" | OpenKind; readonly text: string };

/** What may stand at one place. */
export type Expected = {
  readonly fixed: ReadonlySet<string>;
  readonly open: ReadonlySet<OpenKind>;
  /** Whether the answer may end here. */
  readonly end: boolean;
};

/** Longest text of a terminal of each open kind; within them a model that repeats itself is stopped. */
const OPEN_KINDS: Readonly<
  Record<OpenKind, { readonly partial: RegExp; readonly whole: RegExp; readonly longest: number }>
> = {
  string: { partial: /^'(?:[^'\n]|'')*'?$/, whole: /^'(?:[^'\n]|'')*'(?!')/, longest: 80 },
  number: { partial: /^\d+(?:\.\d*)?$/, whole: /^\d+(?:\.\d+)?(?![\w.])/, longest: 15 },
  integer: { partial: /^\d+$/, whole: /^\d+(?![\w.])/, longest: 9 },
  newName: { partial: /^[A-Za-z_]\w*$/, whole: /^[A-Za-z_]\w*(?!\w)/, longest: 24 },
  reason: { partial: /^[^\n]+$/, whole: /^[^\n]+(?=\n)/, longest: 120 },
};

const isWordEnd = (text: string): boolean => /\w$/.test(text);

/** The terminal of this kind with which `text` begins. */
function openTerminal(text: string, kind: OpenKind): SqlTerminal | undefined {
  const { whole, longest } = OPEN_KINDS[kind];
  const found = whole.exec(text)?.[0];
  if (found === undefined || found.length > longest) return undefined;
  // a keyword would be read as one
  return kind === "newName" && !isPlainName(found) ? undefined : { kind, text: found };
}

/**
 * The terminal with which `text` begins, if that is certain: what follows it could not belong to it. A text that ends
 * with the terminal leaves it open (`<` may become `<=`).
 */
export function terminalAt(text: string, expected: Expected): SqlTerminal | undefined {
  if (!isBeginning(text, expected))
    for (let length = text.length - 1; length > 0; length--) {
      const fixed = text.slice(0, length);
      if (expected.fixed.has(fixed) && !(isWordEnd(fixed) && /\w/.test(text[length])))
        return { kind: "fixed", text: fixed };
    }
  for (const kind of expected.open) {
    const terminal = openTerminal(text, kind);
    if (terminal !== undefined && terminal.text.length < text.length) return terminal;
  }
  return undefined;
}

/** Whether `text`, not empty, is the beginning of a terminal or a whole one. */
export function isBeginning(text: string, expected: Expected): boolean {
  return longerFixed(text, expected).length > 0 || isOpenBeginning(text, expected);
}

/** The fixed texts that begin with `text`, itself among them. */
export const longerFixed = (text: string, { fixed }: Expected): readonly string[] =>
  (byFirstCharacter(fixed).get(text[0]) ?? []).filter((one) => one.startsWith(text));

/** Whether `text` may be the beginning of an open terminal. One that is not whole needs a character more. */
export const isOpenBeginning = (text: string, { open }: Expected): boolean =>
  [...open].some((kind) => {
    const { partial, whole, longest } = OPEN_KINDS[kind];
    const isWhole = kind === "reason" || whole.exec(text)?.[0] === text;
    return text.length <= (isWhole ? longest : longest - 1) && partial.test(text);
  });

type Texts = ReadonlySet<string>;
const indexed = new WeakMap<Texts, ReadonlyMap<string, readonly string[]>>();

/** A wide schema has thousands of names, and every token that might come next asks. */
function byFirstCharacter(texts: Texts): ReadonlyMap<string, readonly string[]> {
  let index = indexed.get(texts);
  if (index === undefined) indexed.set(texts, (index = Map.groupBy(texts, ([first]) => first)));
  return index;
}

/** The terminal that `text` may be as a whole, with nothing after it. */
export function wholeTerminal(text: string, expected: Expected): SqlTerminal | undefined {
  if (expected.fixed.has(text)) return { kind: "fixed", text };
  if (expected.open.has("reason")) return { kind: "reason", text };
  for (const kind of expected.open) {
    const terminal = openTerminal(text, kind);
    if (terminal?.text === text) return terminal;
  }
  return undefined;
}
