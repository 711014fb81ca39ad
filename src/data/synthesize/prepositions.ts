/** Which preposition leads from rows to what they belong to: "in company 2", "on job 24-105", "of customer 12". */
import type { Draw } from "./draw.ts";
import { headOf } from "./english.ts";

const IN =
  /^(compan|department|division|branch|group|region|store|countr|cit|state|season|league)/i;
const ON = /^(job|project|account|order|invoice|contract|ticket)/i;

export function preposition(draw: Draw, noun: string): string {
  const head = headOf(noun);
  if (IN.test(head)) return draw.rng.pick(["in", "in", "of"]);
  if (ON.test(head)) return draw.rng.pick(["on", "on", "for"]);
  return draw.rng.pick(["for", "of"]);
}
