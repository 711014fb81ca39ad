/** What pairs teach of a question's words, by which of two statements the question becomes more probable. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeJson } from "../base/files.ts";
import {
  createLogLikelihood,
  learnWordModel,
  WORD_MODEL_FILE,
  type WordModel,
  wordModelBeside,
} from "./word-model.ts";

const pairs = [
  ["How many jobs are open?", "SELECT COUNT(*) FROM job WHERE status = 1"],
  ["names of the open jobs", "SELECT name FROM job WHERE status = 1"],
  ["names of the closed jobs", "SELECT name FROM job WHERE status = 2"],
  ["How many jobs are closed?", "SELECT COUNT(*) FROM job WHERE status = 2"],
  ["hours by trade", "SELECT trade, SUM(hours) FROM timecard GROUP BY trade"],
  ["average hours by person", "SELECT person, AVG(hours) FROM timecard GROUP BY person"],
  ["names and trades of the people", "SELECT name, trade FROM person"],
  ["trades with more than 40 hours", "SELECT trade FROM timecard WHERE hours > 40"],
].map(([question, sql]) => ({ question, sql }));
const model = learnWordModel(pairs, "sqlite");
const logLikelihood = createLogLikelihood(model, "sqlite");

test.each([
  [
    "a code",
    "open jobs",
    "SELECT * FROM job WHERE status = 1",
    "SELECT * FROM job WHERE status = 2",
  ],
  [
    "an aggregate of a column",
    "average hours",
    "SELECT AVG(t.hours) FROM timecard AS t",
    "SELECT SUM(t.hours) FROM timecard AS t",
  ],
  [
    "a group",
    "hours by trade",
    "SELECT SUM(hours) FROM timecard GROUP BY trade",
    "SELECT SUM(hours), trade FROM timecard GROUP BY person",
  ],
  ["a column", "names of the people", "SELECT name FROM person", "SELECT trade FROM person"],
])("%s goes with its words", (_, question, better, worse) => {
  expect(logLikelihood(question, better)).toBeGreaterThan(logLikelihood(question, worse) + 0.1);
});

test("what pairs did not say weighs alike for every statement", () => {
  const [one, other] = ["SELECT name FROM job", "SELECT trade FROM timecard"];
  const difference = logLikelihood("names", one) - logLikelihood("names", other);
  for (const more of ["names in Zürich", "names constructor __proto__"])
    expect(logLikelihood(more, one) - logLikelihood(more, other)).toBeCloseTo(difference, 9);
});

test("quotes, qualifiers, aliases and capitals make no difference, nor does what stands twice", () => {
  const plain = logLikelihood("names of open jobs", "SELECT name FROM job WHERE status = 1");
  expect(
    logLikelihood("names of open jobs", 'select J."name" AS n FROM job AS J where J.status=1'),
  ).toBe(plain);
  expect(logLikelihood("names of open jobs", "SELECT name, name FROM job WHERE status = 1")).toBe(
    plain,
  );
});

const reference = JSON.parse(
  readFileSync("test/fixtures/reference/ibm-model1.json", "utf8"),
) as Pick<WordModel, "wordsOf"> & {
  pairs: { question: string; sql: string }[];
  logLikelihoods: { question: string; sql: string; value: number }[];
};

test("what is learnt and what it says are NLTK's numbers", () => {
  const learnt = learnWordModel(reference.pairs, "sqlite");
  const sharesIn = ({ wordsOf }: Pick<WordModel, "wordsOf">) =>
    Object.entries(wordsOf)
      .flatMap(([part, shares]) =>
        Object.entries(shares).map(([word, share]) => [`${part}: ${word}`, share] as const),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
  const [own, wanted] = [sharesIn(learnt), sharesIn(reference)];
  expect(own.map(([name]) => name)).toEqual(wanted.map(([name]) => name));
  for (const [i, [, share]] of own.entries()) expect(share).toBeCloseTo(wanted[i][1], 12);
  const read = createLogLikelihood(learnt, "sqlite");
  for (const { question, sql, value } of reference.logLikelihoods)
    expect(read(question, sql)).toBeCloseTo(value, 12);
});

test("names that JavaScript's objects have of their own are names like others", () => {
  const odd = learnWordModel(
    [
      { question: "heirs", sql: "SELECT __proto__ FROM t" },
      { question: "makers", sql: "SELECT constructor FROM t" },
    ],
    "sqlite",
  );
  const read = createLogLikelihood(JSON.parse(JSON.stringify(odd)), "sqlite");
  expect(read("heirs", "SELECT __proto__ FROM t")).toBeGreaterThan(
    read("heirs", "SELECT constructor FROM t") + 0.1,
  );
});

test("the file beside an adapter is read; without one there is no word model", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-words-"));
  const adapterFile = join(folder, "adapter.gguf");
  expect(wordModelBeside(undefined)).toBeUndefined();
  expect(wordModelBeside(adapterFile)).toBeUndefined();
  writeJson(join(folder, WORD_MODEL_FILE), model);
  expect(wordModelBeside(adapterFile)).toEqual(model);
  rmSync(folder, { recursive: true });
});

test("what was written and read again says the same; nothing learnt says nothing", () => {
  const again = createLogLikelihood(JSON.parse(JSON.stringify(model)), "sqlite");
  for (const { question, sql } of pairs)
    expect(again(question, sql)).toBe(logLikelihood(question, sql));
  const empty = createLogLikelihood(learnWordModel([], "sqlite"), "sqlite");
  expect(empty("jobs", "SELECT 1")).toBe(empty("jobs", "SELECT name FROM job"));
});
