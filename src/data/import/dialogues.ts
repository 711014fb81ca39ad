/**
 * SParC and CoSQL: `{database_id, interaction: [{utterance, query}], final}`. What a dialogue gives is its first question
 * and its goal (`final`, which its authors wrote as one question): both stand alone. A later question leans on those before
 * it ("Of these, which …"), which a model that is asked one question never sees, so that it is left out.
 */
import { type Draft, type Fields, type Form, given, type LeftOut, textOf } from "./record.ts";

export const LATER_TURN = "a later question of a dialogue, which leans on those before it";

/** SParC and CoSQL: each dialogue's first question, and its goal. */
export const dialoguesForm: Form = {
  help: "SParC and CoSQL: {database_id, interaction: [{utterance, query}], final}",
  licence: "CC-BY-SA-4.0",
  matches: ({ interaction }) => Array.isArray(interaction),
  read: (fields) => {
    const [first, ...later] = (fields.interaction as (Fields | null)[]).map((turn) =>
      turnOf(turn, fields),
    );
    if (first === undefined) return [];
    const final = turnOf(fields.final as Fields | null, fields);
    const hasGoal = final.question !== "" && final.question !== first.question;
    return [
      first,
      ...(hasGoal ? [final] : []),
      ...later.map(({ question, answer }): LeftOut => ({ reason: LATER_TURN, question, answer })),
    ];
  },
};

function turnOf(turn: Fields | null | undefined, dialogue: Fields): Draft {
  return {
    question: textOf(turn ?? {}, "utterance").trim(),
    answer: joinOperators(textOf(turn ?? {}, "query")),
    ...given({ dbId: textOf(dialogue, "database_id") || textOf(dialogue, "db_id") }),
  };
}

/** CoSQL's queries stand token by token: `> =` is no operator. Their own evaluation joins it likewise. */
const joinOperators = (sql: string): string => sql.replace(/([<>!]) =/g, "$1=");
