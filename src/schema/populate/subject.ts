/** What the cells of one row have in common: a person, a place, a company, a day. Made once for each row, when first asked for. */
import type { Rng } from "../../base/rng.ts";
import {
  COMPANY_KINDS,
  COMPANY_STEMS,
  FIRST_NAMES,
  LAST_NAMES,
  type Place,
  PLACES,
} from "./vocabulary.ts";

export type Subject = {
  readonly index: number;
  readonly isFemale: boolean;
  readonly first: string;
  readonly last: string;
  readonly place: Place;
  readonly company: string;
  /** The day on which the row begins, from 1970-01-01. */
  readonly day: number;
  readonly second: number;
};

/** Places and days are skewed: some come far more often. */
export function subjectOf(index: number, day: number, rng: Rng): Subject {
  const isFemale = rng.next() < 0.5;
  return {
    index,
    isFemale,
    first: rng.pick(FIRST_NAMES[isFemale ? "F" : "M"]),
    last: rng.pick(LAST_NAMES),
    place: PLACES[Math.floor(PLACES.length * rng.next() ** 1.6)],
    company: `${rng.pick(COMPANY_STEMS)} ${rng.pick(COMPANY_KINDS)}`,
    day,
    second: rng.int(7 * 3600, 18 * 3600),
  };
}
