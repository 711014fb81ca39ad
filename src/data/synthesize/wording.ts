/**
 * Noun phrases → sentences, in the manners in which people ask: a command, a question, a few bare words. Knows no
 * database.
 */
import type { Rng } from "../../base/rng.ts";
import { capitalise, pluralOfColumn } from "./english.ts";

const COMMANDS = ["Show", "Show me", "List", "Give me", "Find", "Get", "I need"];
const SINGLE_COMMANDS = ["Show", "Show me", "Give me", "Find", "Get", "I need", "Tell me"];
const POLITE = [
  "Can you show me",
  "Could you list",
  "I would like to see",
  "Can you give me",
  "I want to see",
];

/** Asks for several rows: `phrase` is "the name and city of active customers". */
export function askForRows(rng: Rng, phrase: string): string {
  const roll = rng.next();
  if (roll < 0.78) return terse(rng, phrase);
  if (roll < 0.91) return finish(rng, `${rng.pick(COMMANDS)} ${phrase}`, ".");
  if (roll < 0.97) return whatAre(rng, phrase);
  const polite = rng.pick(POLITE);
  return finish(rng, `${polite} ${phrase}`, polite.startsWith("I ") ? "." : "?");
}

const FIGURE =
  /^the (number|count|total|sum|average|mean|combined|highest|lowest|largest|smallest|maximum|minimum|latest|earliest|most|first(?! and| name)|percentage|share) /;

/** "the name of all customers" → "What are the names of all customers?"; a figure stays single. */
function whatAre(rng: Rng, phrase: string): string {
  if (FIGURE.test(phrase)) return finish(rng, `What is ${phrase}`, "?");
  const [asked] = phrase.split(/ (?=(?:of|for|per|with|by|where|that) )/);
  const isSingle = asked.startsWith("the ") && !/,| and /.test(asked);
  const many = isSingle
    ? `the ${pluralOfColumn(asked.slice(4))}${phrase.slice(asked.length)}`
    : phrase;
  return finish(rng, `What are ${many}`, "?");
}

/** Asks for one value: `phrase` is "the total amount of unpaid invoices". */
export function askForValue(rng: Rng, phrase: string): string {
  const roll = rng.next();
  if (roll < 0.7) return terse(rng, phrase);
  if (roll < 0.92) return finish(rng, `What is ${phrase}`, "?");
  return finish(rng, `${rng.pick(SINGLE_COMMANDS)} ${phrase}`, ".");
}

/** The bare words, as typed into a search box or said in passing. */
export function terse(rng: Rng, phrase: string): string {
  const bare = phrase.replace(/^(the|all|all the) /, "");
  const text = rng.next() < 0.35 ? bare : capitalise(bare);
  const roll = rng.next();
  return roll < 0.09 ? `${text}?` : roll < 0.46 ? `${text}.` : text;
}

/** Ends a sentence; now and then without its mark, or in lower case as people type. */
export function finish(rng: Rng, text: string, mark: "." | "?"): string {
  const roll = rng.next();
  if (roll < 0.08) return text[0].toLowerCase() + text.slice(1);
  return `${capitalise(text)}${roll < 0.16 || (mark === "." && roll < 0.4) ? "" : mark}`;
}

/** "How many active customers are there?" and its like. */
export function askForCount(rng: Rng, subject: string): string {
  return rng.pick([
    () => finish(rng, `How many ${subject} are there`, "?"),
    () => finish(rng, `How many ${subject} do we have`, "?"),
    () => finish(rng, `How many ${subject}`, "?"),
    () => finish(rng, `How many ${subject}`, "?"),
    () => finish(rng, `Count the ${subject}`, "."),
    () => terse(rng, `number of ${subject}`),
    () => terse(rng, `number of ${subject}`),
    () => terse(rng, `${subject}: how many`),
    () => terse(rng, `${subject}, count`),
  ])();
}
