/** What teaching will take before it starts: requests, tokens and cost, from if every reply is usable to if none is. */
import type { Message } from "../../prompt/prompt.ts";
import type { Database } from "../../schema/schema.ts";
import { type CallOptions, costOf, estimateTokens } from "./calls.ts";
import { type ParaphraseJob } from "./paraphrase.ts";
import { paraphraseMessages, questionMessages, sqlMessages, wordingMessages } from "./prompts.ts";
import { MOST_TRIES, type TeachJob } from "./teach.ts";
import type { Tokens } from "./teacher.ts";

/** The requests that usable replies to all jobs make. */
export type Plan = {
  readonly requests: number;
  readonly tokens: Tokens;
  /** So many times as much at most. */
  readonly worst: number;
};

/** What a job will take. */
export type Forecast = {
  readonly requests: readonly [number, number];
  readonly tokens: {
    readonly input: readonly [number, number];
    readonly output: readonly [number, number];
  };
  readonly cost: readonly [number, number];
};

/** Letters of an answer, from pairs written by hand. */
const QUESTION_LETTERS = 90;
const SQL_LETTERS = 180;
/** Stands for a question that is not written yet. */
const SOME_QUESTION = "x".repeat(QUESTION_LETTERS);

type Planned = { readonly messages: readonly Message[]; readonly letters: number };

/** The requests of a teaching job. */
export function planOfTeaching(
  jobs: readonly TeachJob[],
  database: Database,
  { repairs, systemTemplate }: { readonly repairs: number; readonly systemTemplate?: string },
): Plan {
  const requests = jobs.flatMap((job): Planned[] => {
    const { shown } = job;
    if (job.direction === "sql-to-question")
      return [
        {
          messages: wordingMessages(database, job.draft, job.voice, shown),
          letters: QUESTION_LETTERS,
        },
      ];
    return [
      { messages: questionMessages(database, job.question, shown), letters: QUESTION_LETTERS },
      {
        messages: sqlMessages(database, SOME_QUESTION, shown, systemTemplate),
        letters: SQL_LETTERS,
      },
    ];
  });
  return planOf(requests, MOST_TRIES * (1 + repairs));
}

/** The requests of a paraphrasing job. */
export const planOfParaphrasing = (jobs: readonly ParaphraseJob[], repairs: number): Plan =>
  planOf(
    jobs.map(({ parent, voices }) => ({
      messages: paraphraseMessages(parent, voices),
      letters: voices.length * QUESTION_LETTERS,
    })),
    1 + repairs,
  );

function planOf(requests: readonly Planned[], worst: number): Plan {
  const lengthOf = ({ messages }: Planned) =>
    messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  const input = requests.reduce((sum, request) => sum + lengthOf(request), 0);
  const output = requests.reduce((sum, { letters }) => sum + Math.ceil(letters / 3.5), 0);
  return { requests: requests.length, tokens: { input, output }, worst };
}

/** The limits cut both ends. */
export function forecastOf(
  { requests, tokens, worst }: Plan,
  { prices, maxRequests, maxCost }: Pick<CallOptions, "prices" | "maxRequests" | "maxCost">,
): Forecast {
  const cut = (times: number): number => {
    const byRequests = maxRequests > 0 ? maxRequests / Math.max(1, requests) : times;
    const cost = costOf(tokens, prices);
    const byCost = maxCost > 0 && cost > 0 ? maxCost / cost : times;
    return Math.min(times, byRequests, byCost);
  };
  const range = (value: number) => [value * cut(1), value * cut(worst)] as const;
  const whole = (value: number) => range(value).map(Math.round) as unknown as [number, number];
  return {
    requests: whole(requests),
    tokens: { input: whole(tokens.input), output: whole(tokens.output) },
    cost: range(costOf(tokens, prices)),
  };
}

/** In one line. */
export function forecastText({ requests, tokens, cost }: Forecast, model: string): string {
  const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 2 });
  const range = ([low, high]: readonly [number, number]) =>
    low === high ? number(low) : `${number(low)} to ${number(high)}`;
  const price = cost[1] === 0 ? "no price is set" : `cost ${range(cost)}`;
  return `${model}: ${range(requests)} requests, about ${range(tokens.input)} tokens in and ${range(tokens.output)} out, ${price}`;
}
