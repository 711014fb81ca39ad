/**
 * What may stand next in a statement, and whether a text can become it: the border between characters and grammar. A
 * terminal is a fixed text (a keyword, a name as SQL spells it, a sign) or one of the open kinds below. Texts are compared
 * exactly: keywords in capitals, names as the schema spells them.
 */

/** Terminals whose text is open. */
export type OpenKind = "string" | "number" | "newName" | "reason";

export type SqlTerminal = { readonly kind: "fixed" | OpenKind; readonly text: string };

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
  number: { partial: /^\d+(?:\.\d*)?$/, whole: /^\d+(?:\.\d+)?(?![\d.])/, longest: 15 },
  newName: { partial: /^[A-Za-z_]\w*$/, whole: /^[A-Za-z_]\w*(?!\w)/, longest: 24 },
  reason: { partial: /^[^\n]+$/, whole: /^[^\n]+(?=\n)/, longest: 120 },
};

const isWordEnd = (text: string): boolean => /\w$/.test(text);

/**
 * The terminal with which `text` begins, if that is certain: what follows it could not belong to it. A text that ends
 * with the terminal leaves it open (`<` may become `<=`).
 */
export function terminalAt(text: string, expected: Expected): SqlTerminal | undefined {
  let longest = "";
  for (const fixed of expected.fixed)
    if (fixed.length > longest.length && text.length > fixed.length && text.startsWith(fixed))
      if (!isWordEnd(fixed) || !/\w/.test(text[fixed.length])) longest = fixed;
  if (longest !== "" && !isBeginning(text, expected)) return { kind: "fixed", text: longest };
  for (const kind of expected.open) {
    const whole = OPEN_KINDS[kind].whole.exec(text)?.[0];
    if (
      whole !== undefined &&
      whole.length < text.length &&
      whole.length <= OPEN_KINDS[kind].longest
    )
      return { kind, text: whole };
  }
  return undefined;
}

/** Whether `text`, not empty, is the beginning of a terminal or a whole one. */
export function isBeginning(text: string, expected: Expected): boolean {
  for (const fixed of expected.fixed) if (fixed.startsWith(text)) return true;
  for (const kind of expected.open) {
    const { partial, longest } = OPEN_KINDS[kind];
    if (text.length <= longest && partial.test(text)) return true;
  }
  return false;
}

/** The terminals that `text` may be as a whole, with nothing after it. */
export function wholeTerminal(text: string, expected: Expected): SqlTerminal | undefined {
  if (expected.fixed.has(text)) return { kind: "fixed", text };
  for (const kind of expected.open) {
    const whole = kind === "reason" ? text : OPEN_KINDS[kind].whole.exec(text)?.[0];
    if (whole === text) return { kind, text };
  }
  return undefined;
}
