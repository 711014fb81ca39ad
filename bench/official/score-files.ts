/**
 * Scores files of predictions in mode spider-ex, with the compiled evaluator, and prints how many are right in each:
 * reading and scoring alone, without the check of the golds, the classes of errors and the report of `t2s eval`.
 * node score-files.ts GOLD DATABASES PREDICTIONS…
 */
const compiled = async <Module>(path: string): Promise<Module> =>
  (await import(new URL(`../../dist/src/eval/${path}.js`, import.meta.url).href)) as Module;

const { readGold } =
  await compiled<typeof import("../../src/eval/sources/gold.ts")>("sources/gold");
const { readPredictions } =
  await compiled<typeof import("../../src/eval/sources/predictions.ts")>("sources/predictions");
const { findDatabases } =
  await compiled<typeof import("../../src/eval/sources/databases.ts")>("sources/databases");
const { createScoreRunner } =
  await compiled<typeof import("../../src/eval/score-runner.ts")>("score-runner");
const { createSpiderScorer } = await compiled<
  typeof import("../../src/eval/official/spider-execution.ts")
>("official/spider-execution");

const [gold, folder, ...predictions] = process.argv.slice(2);
const { items } = readGold(gold);
const databases = findDatabases(items, folder);
const runner = createScoreRunner({ workers: 2 });
const scorer = createSpiderScorer(runner);
const right: number[] = [];
for (const file of predictions) {
  const { sqls } = readPredictions(file, items);
  const scores = await Promise.all(
    items.map(({ dbId, sql }, i) => scorer.score(databases.get(dbId) ?? "", sql, sqls[i])),
  );
  right.push(scores.filter(({ verdict }) => verdict === 1).length);
}
await runner.close();
console.log(JSON.stringify(right));
