/** What stands in a file before it is known to be a pair, and what a form makes of it. */
import type { Database } from "../../schema/schema.ts";
import type { Pair } from "../pairs.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Something in a file, where it stands: "line 12", "item 12", "row 12", from 1. */
export type FileRecord =
  | { readonly at: string; readonly fields: Fields }
  | { readonly at: string; readonly reason: string; readonly text: string };

/** A question with what its file gives as the answer: SQL, or text with SQL in it. */
export type Draft = {
  readonly question: string;
  readonly answer: string;
  readonly id?: string;
  /** As the file names it. */
  readonly dbId?: string;
  readonly evidence?: string;
  /** As the file names it. */
  readonly dialect?: string;
  /** What our own files say beyond that. */
  readonly kept?: Partial<Pick<Pair, "source" | "split" | "checks">>;
};

/** What a form leaves out on purpose. */
export type LeftOut = {
  readonly reason: string;
  readonly question: string;
  readonly answer: string;
};

export type FormContext = {
  readonly database: Database;
  /** WikiSQL's tables by their id. */
  readonly tables: ReadonlyMap<string, Fields>;
};

/** One form of pairs. */
export type Form = {
  /** What it is, for the help. */
  readonly help: string;
  /** Of the published sets of this form (SPDX); absent where a form is anyone's. */
  readonly licence?: string;
  readonly matches: (fields: Fields) => boolean;
  /** Only for records that match. */
  readonly read: (fields: Fields, context: FormContext) => readonly (Draft | LeftOut)[];
};

/** The text under `key`, a number as its digits; empty for anything else. */
export function textOf(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export const hasTexts = (fields: Fields, ...keys: readonly string[]): boolean =>
  keys.every((key) => typeof fields[key] === "string");

/** A draft's optional fields, those that are empty left out. */
export const given = <T extends Readonly<Record<string, string>>>(texts: T): Partial<T> =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== "")) as Partial<T>;
