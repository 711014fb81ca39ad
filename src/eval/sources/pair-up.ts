/** Which prediction belongs to which gold item: by place, or by id. Every mismatch is counted and named. */
import { UserError } from "../../base/errors.ts";
import type { GoldItem } from "./gold.ts";

/** `values` as they are, if there is one for each item. Raises data-invalid with both counts. */
export function pairByPosition<T>(
  values: readonly T[],
  golds: readonly GoldItem[],
  path: string,
  unit: { readonly one: string; readonly many: string },
): T[] {
  if (values.length === golds.length) return [...values];
  const few = values.length < golds.length ? "few" : "many";
  const { one, many } = unit;
  throw new UserError(
    "data-invalid",
    `${path} has ${values.length} ${values.length === 1 ? one : many}, ${Math.abs(values.length - golds.length)} too ${few}; the gold has ${golds.length} items: one ${one} for each is wanted`,
  );
}

/** Keys that mean the place in the gold where the gold has no such key. */
const PLACE_KEYS: readonly (string | undefined)[] = ["index", "idx", "dev_index"];
const MOST_NAMED = 5;

/**
 * What was predicted for each item. Ids stand for what the gold has under `key`, else for the gold's own ids, else for places from 0.
 * Raises data-invalid with counts of duplicate, unknown and missing ids.
 */
export function pairById<T>(
  predictions: readonly { readonly id: string; readonly value: T }[],
  golds: readonly GoldItem[],
  path: string,
  key?: string,
): T[] {
  const names = namesOf(
    golds,
    key,
    predictions.map(({ id }) => id),
  );
  const ambiguous = repeatedIn(names);
  if (ambiguous.length > 0)
    throw new UserError(
      "data-invalid",
      `the gold has ${counted(ambiguous, "id", "ids")} more than once, so that ${path} cannot be paired by id; a list in the gold's order is wanted`,
    );
  const known = new Set(names);
  const values = new Map(predictions.map(({ id, value }) => [id, value]));
  const faults = [
    faultOf(repeatedIn(predictions.map(({ id }) => id)), "stands", "stand", "more than once"),
    faultOf(
      [...values.keys()].filter((id) => !known.has(id)),
      "is",
      "are",
      "not in the gold",
    ),
    faultOf(
      names.filter((name) => !values.has(name)),
      "is",
      "are",
      "missing",
    ),
  ].filter((fault) => fault !== "");
  if (faults.length > 0)
    throw new UserError(
      "data-invalid",
      `${path}: ${faults.join("; ")}; one prediction for each of the gold's ${golds.length} items is wanted`,
    );
  // No name is missing, or the faults above would say so.
  return names.map((name) => values.get(name) as T);
}

/** The name of each item in the vocabulary of the predictions. */
function namesOf(
  golds: readonly GoldItem[],
  key: string | undefined,
  ids: readonly string[],
): string[] {
  const places = golds.map(({ index }) => String(index));
  if (key !== undefined && golds.every(({ ids: own }) => own[key] !== undefined))
    return golds.map(({ ids: own }) => own[key]);
  if (PLACE_KEYS.includes(key)) return places;
  const names = golds.map(({ id }) => id);
  const matches = (vocabulary: readonly string[]) => {
    const known = new Set(vocabulary);
    return ids.filter((id) => known.has(id)).length;
  };
  return matches(places) > matches(names) ? places : names;
}

function repeatedIn(ids: readonly string[]): string[] {
  const seen = new Set<string>();
  const isNew = (id: string) => seen.size < seen.add(id).size;
  return [...new Set(ids.filter((id) => !isNew(id)))];
}

function faultOf(ids: readonly string[], is: string, are: string, what: string): string {
  return ids.length === 0
    ? ""
    : `${counted(ids, "id", "ids")} ${ids.length === 1 ? is : are} ${what}`;
}

/** "3 ids (4, 9, 12)". */
function counted(ids: readonly string[], one: string, many: string): string {
  const named = ids.slice(0, MOST_NAMED).join(", ");
  const rest = ids.length > MOST_NAMED ? ", …" : "";
  return `${ids.length} ${ids.length === 1 ? one : many} (${named}${rest})`;
}
