/**
 * Whether training pairs stand in public evaluation sets: the same or nearly the same question, 13 words in a row in common
 * (the usual rule for training text), or the same SQL. Reads sets in Spider's and BIRD's form.
 */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../base/errors.ts";
import { wordsOf } from "../link/words.ts";
import { lexSql } from "../sql/lexer.ts";
import { NEAR_OVERLAP, overlap, plainQuestion, questionKey, wordSet } from "./check/questions.ts";
import type { Example } from "./example.ts";

export type PublicItem = { readonly question: string; readonly sql: string };

export type ContaminationKind = "same-question" | "near-question" | "same-words" | "same-sql";

export type Contamination = {
  readonly id: string;
  /** Position in the public file, from 0. */
  readonly index: number;
  readonly kinds: readonly ContaminationKind[];
};

const GRAM = 13;

/** A JSON list or JSON lines with `question` and `query`, `SQL` or `sql`. Raises UserError("data-invalid"). */
export function readPublicItems(file: string): PublicItem[] {
  const items = parseItems(readFileSync(file, "utf8"), file);
  if (items.length === 0) throw new UserError("data-invalid", `${file} holds no question`);
  return items.map((item, index) => {
    const value = (item ?? {}) as Record<string, unknown>;
    const question = value.question ?? value.SpiderSynQuestion;
    const sql = value.query ?? value.SQL ?? value.sql ?? "";
    if (typeof question !== "string" || typeof sql !== "string")
      throw new UserError(
        "data-invalid",
        `${file}: item ${index} is ${JSON.stringify(item).slice(0, 80)}; question and query (or SQL) are wanted as texts`,
      );
    return { question, sql };
  });
}

function parseItems(text: string, file: string): unknown[] {
  try {
    if (text.trimStart().startsWith("[")) return JSON.parse(text) as unknown[];
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as unknown);
  } catch (error) {
    throw new UserError("data-invalid", `${file} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Every training pair with every public item that it is too near to. */
export function findContamination(
  train: readonly Example[],
  items: readonly PublicItem[],
): Contamination[] {
  const index = indexItems(items);
  return train.flatMap((example) =>
    [...hitsOf(example, index)].map(([at, kinds]) => ({
      id: example.id,
      index: at,
      kinds: [...kinds],
    })),
  );
}

type Index = {
  readonly words: readonly ReadonlySet<string>[];
  readonly plain: ReadonlyMap<string, readonly number[]>;
  readonly key: ReadonlyMap<string, readonly number[]>;
  readonly gram: ReadonlyMap<string, readonly number[]>;
  readonly sql: ReadonlyMap<string, readonly number[]>;
  readonly word: ReadonlyMap<string, readonly number[]>;
};

function indexItems(items: readonly PublicItem[]): Index {
  const words = items.map(({ question }) => wordSet(question));
  const by = (keysOf: (item: PublicItem, at: number) => Iterable<string>) => {
    const places = new Map<string, number[]>();
    items.forEach((item, at) => {
      for (const key of new Set(keysOf(item, at))) {
        const known = places.get(key);
        if (known === undefined) places.set(key, [at]);
        else known.push(at);
      }
    });
    return places;
  };
  return {
    words,
    plain: by(({ question }) => [plainQuestion(question)]),
    key: by(({ question }) => [questionKey(question)]),
    gram: by(({ question }) => gramsOf(question)),
    sql: by(({ sql }) => (sql === "" ? [] : [sqlKey(sql)])),
    word: by((_, at) => words[at]),
  };
}

const sqlKey = (sql: string): string =>
  lexSql(sql)
    .filter(({ text }) => text !== ";")
    .map(({ text }) => text.toLowerCase())
    .join(" ");

function gramsOf(text: string): string[] {
  const words = wordsOf(text);
  return words.slice(GRAM - 1).map((_, i) => words.slice(i, i + GRAM).join(" "));
}

function hitsOf(example: Example, index: Index): Map<number, Set<ContaminationKind>> {
  const hits = new Map<number, Set<ContaminationKind>>();
  const add = (kind: ContaminationKind, places: readonly number[] = []) => {
    for (const at of places) hits.set(at, (hits.get(at) ?? new Set()).add(kind));
  };
  const { question, sql } = example;
  add("same-question", index.plain.get(plainQuestion(question)));
  add("near-question", index.key.get(questionKey(question)));
  add("near-question", nearItems(question, index));
  for (const gram of gramsOf(question)) add("same-words", index.gram.get(gram));
  if (sql !== "") add("same-sql", index.sql.get(sqlKey(sql)));
  return hits;
}

/** Items with a share of NEAR_OVERLAP hold at least one of the question's rarest words: only those are compared. */
function nearItems(question: string, { word, words }: Index): number[] {
  const own = wordSet(question);
  const rarest = [...own].sort((a, b) => (word.get(a)?.length ?? 0) - (word.get(b)?.length ?? 0));
  const needed = rarest.slice(0, own.size - Math.ceil(NEAR_OVERLAP * own.size) + 1);
  const candidates = new Set(needed.flatMap((one) => word.get(one) ?? []));
  return [...candidates].filter((at) => overlap(own, words[at]) >= NEAR_OVERLAP);
}
