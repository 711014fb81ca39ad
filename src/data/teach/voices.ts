/** Who asks and how: closed tables that a teacher's questions are spread over, so that they do not all sound alike. */
import type { Rng } from "../../base/rng.ts";

const personas = {
  accountant: "an accountant, who thinks in amounts, periods and open items",
  manager: "a manager, who wants totals, rankings and what stands out",
  engineer: "an engineer, who asks for exact records by number or name",
  newcomer: "a newcomer, who does not know what the tables are called",
} as const;

export const styles = {
  plain: "in one plain, complete sentence",
  terse: "as tersely as possible, like a note, without a verb where none is needed",
  polite: "politely, as in a message to a colleague",
  spoken: "as one speaks, in a casual tone",
  typos:
    "quickly typed, in lower case, with one or two typing errors in ordinary words, never in names or numbers",
} as const;

/** What a question may ask for. */
export const demands = {
  list: "the rows that meet one condition",
  count: "how many there are that meet a condition",
  total: "a total or an average of an amount",
  group: "a figure for each group",
  having: "the groups whose figure is above or below a bound",
  top: "the few highest or lowest by some figure",
  several: "the rows that meet two conditions together",
  period: "what falls into a certain period",
  absent: "what has no entry of another kind",
  compare: "what lies above or below the average",
} as const;

export type Persona = keyof typeof personas;
export type Style = keyof typeof styles;
/** What is asked for. */
export type Demand = keyof typeof demands;

/** Who asks, and how. */
export type Voice = { readonly persona: Persona; readonly style: Style };

const keysOf = <T extends string>(table: Readonly<Record<T, string>>): T[] =>
  Object.keys(table) as T[];

/** A person and a manner, drawn. */
export const drawVoice = (rng: Rng): Voice => ({
  persona: rng.pick(keysOf(personas)),
  style: rng.pick(keysOf(styles)),
});

export const drawDemand = (rng: Rng): Demand => rng.pick(keysOf(demands));

/** The voice in words, for a prompt. */
export const describeVoice = ({ persona, style }: Voice): string =>
  `as ${personas[persona]}, ${styles[style]}`;

const LEADS = [...Object.values(personas), ...Object.values(styles)].map((text) =>
  text.slice(0, 20),
);

/** Whether a text repeats how it was to be written. */
export const echoesVoice = (text: string): boolean =>
  LEADS.some((lead) => text.toLowerCase().includes(lead));
