/**
 * Draws the wrong predictions that test/fixtures/reference/error-class-labels.json labels, and prints them as JSON:
 * 100 different questions, spread over systems and databases, half for development and half held out. Wrong is what the
 * official script says (spider-ex). Items that read the table `rankings`, which is empty in this copy, are left out.
 *
 *     node scripts/reference/error-class-draw.ts .cache/data/spider
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/base/hash.ts";
import { Rng } from "../../src/base/rng.ts";

const SEED = 20260;
const COUNT = 100;

type Drawn = { system: string; index: number; dbId: string; sha256: string; set: string };

const [folder] = process.argv.slice(2);
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
const golds = readJson("dev_A.json") as { db_id: string; query: string }[];
const { systems } = readJson("official_exec_per_item.json") as {
  systems: Record<string, number[]>;
};
const rng = new Rng(SEED);

/** The wrong items of one system in random order. */
function wrongItems(system: string): Omit<Drawn, "set">[] {
  const lines = readFileSync(join(folder, "predictions", `${system}.sql`), "utf8").split("\n");
  const items = golds.flatMap(({ db_id: dbId, query }, index) => {
    const sql = lines[index].trim();
    const readsRankings = dbId === "wta_1" && /ranking/i.test(`${query} ${sql}`);
    return systems[system][index] === 1 || readsRankings
      ? []
      : [{ system, index, dbId, sha256: sha256(sql) }];
  });
  return rng.shuffle(items);
}

/** The systems take turns; each gives an item of the database drawn least so far, of a question not drawn yet. */
function draw(): Omit<Drawn, "set">[] {
  const names = rng.shuffle(Object.keys(systems).sort());
  const left = names.map(wrongItems);
  const drawn: Omit<Drawn, "set">[] = [];
  const uses = (dbId: string) => drawn.filter((item) => item.dbId === dbId).length;
  for (let turn = 0; drawn.length < COUNT; turn++) {
    const free = left[turn % names.length].filter(
      ({ index }) => !drawn.some((item) => item.index === index),
    );
    const [item] = free.sort((a, b) => uses(a.dbId) - uses(b.dbId));
    if (item !== undefined) drawn.push(item);
  }
  return drawn;
}

const sets = rng.shuffle(Array.from({ length: COUNT }, (_, i) => (i % 2 ? "held-out" : "dev")));
const items: Drawn[] = draw().map((item, i) => ({ ...item, set: sets[i] }));
console.log(JSON.stringify(items, null, 1));
