/**
 * An incremental acceptor of answers on one schema: which pieces of text may come next, piece by piece, as a model
 * writes. Knows no model; a piece is text of a token, as bytes (latin-1), because a token may end within a character.
 */
import { isUtf8 } from "node:buffer";
import type { Dialect } from "../sql/dialect.ts";
import type { JoinableTable } from "../sql/bind.ts";
import {
  type Expected,
  isBeginning,
  isOpenBeginning,
  longerFixed,
  type SqlTerminal,
  terminalAt,
  wholeTerminal,
} from "./expected.ts";
import { isFunctionName } from "./expression.ts";
import { expectedAfter, type Reading, REFUSAL } from "./grammar.ts";
import { type SpelledSchema, spellSchema } from "./names.ts";

/** Where an answer stands; never changed. */
export type AnswerState = {
  readonly terminals: readonly SqlTerminal[];
  /** The beginning of the next terminal. */
  readonly partial: string;
  /** Whether a blank has been written since the last terminal. */
  readonly isSpaced: boolean;
};

/** What answers may be, on one schema. */
export type Constraint = {
  /** Nothing written; new for each reading of it, and what was found out about an answer goes with its first state. */
  readonly start: AnswerState;
  /** The state after `piece`; nothing if it may not stand there. With `isClosing` only what must come may. */
  advance(state: AnswerState, piece: string, isClosing?: boolean): AnswerState | undefined;
  /** Whether the answer may end. */
  mayEnd(state: AnswerState): boolean;
  /** Whether it refuses. */
  isRefusal(state: AnswerState): boolean;
  /** The text that must follow, if there is but one way to go on; empty otherwise, and within a character. */
  forcedText(state: AnswerState): string;
  /** The fixed texts that its unfinished terminal may become; nothing where there is none, or it may be an open one. */
  becoming(state: AnswerState): readonly string[] | undefined;
};

/** Signs at the end of a text, the quote of a name among them; bytes of other letters are none. */
const LAST_SIGNS = /[^\w\x80-\xff]+$/;

const toBytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** In which sense answers are read; both are true where they are left out. */
export type ConstraintOptions = Partial<Omit<Reading, "isClosing">>;

/** Built once per schema. */
export function createConstraint(
  tables: readonly JoinableTable[],
  dialect: Dialect,
  { isStrict = true, mayRefuse = true }: ConstraintOptions = {},
): Constraint {
  const spelled = tables.map(({ name, columns, foreignKeys }) => ({
    name: toBytes(name),
    columns: columns.map((column) => ({ name: toBytes(column.name) })),
    foreignKeys: foreignKeys.map((key) => ({ ...key, refTable: toBytes(key.refTable) })),
  }));
  const schema = spellSchema(spelled, dialect);
  const { expected, append } = createMemory(schema, { isStrict, mayRefuse });

  function advance(state: AnswerState, piece: string, isClosing = false): AnswerState | undefined {
    let { terminals, isSpaced } = state;
    let rest = state.partial + piece;
    for (;;) {
      if (rest.startsWith(" ")) {
        if (isSpaced || terminals.length === 0) return undefined;
        isSpaced = true;
        rest = rest.slice(1);
        continue;
      }
      if (rest === "") return { terminals, partial: "", isSpaced };
      // a terminal that was begun may be finished
      const isBegun = terminals === state.terminals && state.partial !== "";
      const next = expected(terminals, isClosing && !isBegun);
      if (next === undefined) return undefined;
      const terminal = terminalAt(rest, next);
      if (terminal === undefined)
        return isBeginning(rest, next) ? { terminals, partial: rest, isSpaced } : undefined;
      terminals = append(terminals, terminal);
      isSpaced = false;
      rest = rest.slice(terminal.text.length);
      if (expected(terminals) === undefined) return undefined;
    }
  }

  /** The state with its partial terminal taken as whole, where nothing longer begins with it. */
  function settle(state: AnswerState): AnswerState | undefined {
    if (state.partial === "") return state;
    const next = expected(state.terminals);
    const terminal = next && wholeTerminal(state.partial, next);
    if (terminal === undefined) return undefined;
    return { terminals: append(state.terminals, terminal), partial: "", isSpaced: false };
  }

  function forcedText(state: AnswerState): string {
    const { terminals, partial } = state;
    if (partial !== "") {
      const next = expected(terminals);
      if (next === undefined) return "";
      const [text, ...others] = longerFixed(partial, next);
      if (text === undefined || others.length > 0 || isOpenBeginning(partial, next)) return "";
      const rest = text.slice(partial.length);
      if (rest !== "") {
        const sure = standsAlone(text, terminals) ? rest : rest.replace(LAST_SIGNS, "");
        return isUtf8(Buffer.from(sure, "latin1")) ? sure : "";
      }
      const settled = settle(state);
      return settled ? forcedText(settled) : "";
    }
    const next = expected(terminals);
    if (next === undefined || next.end || next.open.size > 0 || next.fixed.size !== 1) return "";
    const [text] = next.fixed;
    if (!standsAlone(text, terminals)) return "";
    const before = terminals.at(-1)?.text ?? "";
    return !state.isSpaced && needsBlank(before, text) ? ` ${text}` : text;
  }

  /** Whether a token can end after `text`, whatever follows: a sign is often one token with the sign after it. */
  function standsAlone(text: string, terminals: readonly SqlTerminal[]): boolean {
    if (/\w$/.test(text) || text === REFUSAL) return true;
    const next = expected(append(terminals, { kind: "fixed", text }));
    return (
      next !== undefined && next.open.size === 0 && [...next.fixed].every((one) => /^\w/.test(one))
    );
  }

  return {
    get start() {
      return { terminals: [], partial: "", isSpaced: false };
    },
    advance,
    mayEnd(state) {
      const settled = settle(state);
      return settled !== undefined && (expected(settled.terminals)?.end ?? false);
    },
    isRefusal: ({ terminals: [first], partial }) =>
      first === undefined ? partial !== "" && REFUSAL.startsWith(partial) : first.text === REFUSAL,
    forcedText,
    becoming({ terminals, partial }) {
      const next = partial === "" ? undefined : expected(terminals);
      if (next === undefined || isOpenBeginning(partial, next)) return undefined;
      return longerFixed(partial, next);
    },
  };
}

/** What was found out about lists of terminals, as long as their answer lives. */
function createMemory(schema: SpelledSchema, options: Required<ConstraintOptions>) {
  const known = new WeakMap<readonly SqlTerminal[], [Expected?, Expected?]>();
  const longer = new WeakMap<readonly SqlTerminal[], Map<string, readonly SqlTerminal[]>>();
  /** What may follow; the grammar is asked once per list. */
  function expected(terminals: readonly SqlTerminal[], isClosing = false): Expected | undefined {
    let both = known.get(terminals);
    if (both === undefined) known.set(terminals, (both = []));
    return (both[isClosing ? 1 : 0] ??= expectedAfter(terminals, schema, {
      ...options,
      isClosing,
    }));
  }
  /** The list with one more: the same for the same, because many tokens end the same terminal. */
  function append(terminals: readonly SqlTerminal[], terminal: SqlTerminal) {
    let lists = longer.get(terminals);
    if (lists === undefined) longer.set(terminals, (lists = new Map()));
    const key = `${terminal.kind} ${terminal.text}`;
    const list = lists.get(key) ?? [...terminals, terminal];
    lists.set(key, list);
    return list;
  }
  return { expected, append };
}

/** The spacing of the style that models are trained on (sql/compact.ts). */
function needsBlank(before: string, after: string): boolean {
  if (before === "" || before === "(" || before === "." || [",", ")", "."].includes(after))
    return false;
  return after !== "(" || !isFunctionName(before);
}
