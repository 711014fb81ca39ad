/**
 * Reads the terminals of an unfinished statement one by one, as a recursive descent does, and at their end collects what
 * might have stood there. Knows no SQL.
 */
import type { Expected, OpenKind, SqlTerminal } from "./expected.ts";

/** Texts that may be many: asked for one, and listed only where the terminals end. */
export type Texts = readonly string[] | (Pick<ReadonlySet<string>, "has"> & Iterable<string>);

/** Whether `text` is among them. */
export const holds = (texts: Texts, text: string): boolean =>
  "has" in texts ? texts.has(text) : texts.includes(text);

/** The texts of all parts. */
export const either = (...parts: readonly Texts[]): Texts => ({
  has: (text) => parts.some((part) => holds(part, text)),
  *[Symbol.iterator]() {
    for (const part of parts) yield* part;
  },
});

/** Thrown where the terminals end, and where one of them may not stand. */
const ENDED = Symbol("ended");
const WRONG = Symbol("wrong");

export type Reader = {
  isAtEnd(): boolean;
  /** The text before, and the one that stands here. */
  before(): string | undefined;
  next(): string | undefined;
  /** A function that gives the terminals read since. */
  mark(): () => readonly SqlTerminal[];
  /** What might stand here as well; nothing is taken. */
  offer(texts: Texts): void;
  /** Takes one of `texts` if it stands here; it need not, so that nothing is offered where the statement should end soon. */
  accept(...texts: readonly string[]): string | undefined;
  /** Takes one of them; something must stand here. `few` is offered where the statement should end soon. */
  need(texts: Texts, kinds?: readonly OpenKind[], few?: Texts): SqlTerminal;
  /** Nothing but one of `texts` may stand here. */
  stop(texts: Texts): never;
};

/** What may follow `terminals`, as `parse` takes them; nothing if it does not. With `isClosing`, only what must be there. */
export function expectedBy(
  terminals: readonly SqlTerminal[],
  isClosing: boolean,
  parse: (reader: Reader) => void,
): Expected | undefined {
  const fixed = new Set<string>();
  const open = new Set<OpenKind>();
  let at = 0;
  const isAtEnd = () => at === terminals.length;
  const offer = (texts: Texts, kinds: readonly OpenKind[] = []) => {
    for (const text of texts) fixed.add(text);
    for (const kind of kinds) open.add(kind);
  };
  const reader: Reader = {
    isAtEnd,
    before: () => terminals[at - 1]?.text,
    next: () => terminals[at]?.text,
    mark: () => {
      const start = at;
      return () => terminals.slice(start, at);
    },
    offer: (texts) => {
      if (isAtEnd() && !isClosing) offer(texts);
    },
    accept: (...texts) => {
      reader.offer(texts);
      if (isAtEnd() || terminals[at].kind !== "fixed" || !texts.includes(terminals[at].text))
        return undefined;
      return terminals[at++].text;
    },
    need: (texts, kinds = [], few = texts) => {
      if (isAtEnd()) {
        offer(isClosing ? few : texts, kinds);
        throw ENDED;
      }
      const terminal = terminals[at++];
      const { kind, text } = terminal;
      if (kind === "fixed" ? holds(texts, text) : kinds.includes(kind)) return terminal;
      throw WRONG;
    },
    stop: (texts) => {
      if (!isAtEnd()) throw WRONG;
      offer(texts);
      throw ENDED;
    },
  };
  try {
    parse(reader);
    return isAtEnd() ? { fixed, open, end: true } : undefined;
  } catch (reason) {
    if (reason === ENDED) return { fixed, open, end: false };
    if (reason === WRONG) return undefined;
    throw reason;
  }
}
