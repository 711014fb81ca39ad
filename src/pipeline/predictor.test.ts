/** One execution serves all ways of decoding on a database, and a way that could not be opened is opened anew. */
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { buildDatabase } from "../../test/fixtures/shop.ts";
import { learnWordModel, type WordModel } from "../predict/word-model.ts";
import { introspect } from "../schema/introspect.ts";
import { openDecoding, openExecution, orClose } from "./predictor.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-predictor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = buildDatabase(join(folder, "shop.sqlite"));
const away = join(folder, "away.sqlite");
const { database } = introspect(file, { dbId: "shop" });
const decodedAs = (decode: string, repair = 0) =>
  ({ decode, repair, bind: "schema", complete: "none" }) as const;

test("a choice among several needs the database's cells, adding conditions does without them, and all choices share one chooser", async () => {
  const execution = openExecution(database, file);
  renameSync(file, away);
  const adding = { ...decodedAs("grammar"), complete: "question" } as const;
  const inNewYork = ["ids of the customers in New York", "SELECT id FROM customer"] as const;
  const without = await execution.decodingWith(adding);
  expect(without.finish(...inNewYork)).toBe("SELECT id FROM customer");
  const one = await execution.decodingWith(decodedAs("grammar", 1));
  expect([one.candidates, one.choose, typeof one.findProblems]).toEqual([1, undefined, "function"]);
  await expect(execution.decodingWith(decodedAs("candidates:2"))).rejects.toMatchObject({
    code: "database-invalid",
  });
  renameSync(away, file);
  const completing = await execution.decodingWith(adding);
  expect(completing.finish(...inNewYork)).toBe("SELECT id FROM customer WHERE city = 'New York'");
  const two = await execution.decodingWith(decodedAs("candidates:2"));
  const four = await execution.decodingWith(decodedAs("candidates:4"));
  expect([two.candidates, four.candidates]).toEqual([2, 4]);
  expect(two.choose).toBe(four.choose);
  const candidates = ["SELECT nothing FROM customer", "SELECT name FROM customer"].map((sql) => ({
    sql,
    confidence: 0.5,
  }));
  expect(await two.choose?.("names of the customers", candidates)).toMatchObject({ place: 1 });
  await execution.close();
});

test("a choice weighs the words that the pairs of the database taught", async () => {
  const solved = [
    ["names of the customers", "SELECT name FROM customer"],
    ["towns of the customers", "SELECT city FROM customer"],
  ].map(([question, sql]) => ({ question, sql }));
  const candidates = solved.map(({ sql }) => ({ sql, confidence: 0.5 }));
  const placeWith = async (wordModel?: WordModel) => {
    const { decoding, close } = await openDecoding(
      database,
      file,
      decodedAs("candidates:2"),
      wordModel,
    );
    const choice = await decoding.choose?.("towns of the customers", candidates);
    await close();
    return choice?.place;
  };
  expect(await placeWith()).toBe(0);
  expect(await placeWith(learnWordModel(solved, "sqlite"))).toBe(1);
});

test("what is open is closed when the next cannot be opened", async () => {
  const closed: string[] = [];
  const close = async () => void closed.push("model");
  expect(await orClose(Promise.resolve(1), close)).toBe(1);
  expect(closed).toEqual([]);
  const missing = openDecoding(database, join(folder, "none.sqlite"), decodedAs("candidates:2"));
  await expect(orClose(missing, close)).rejects.toMatchObject({ code: "database-invalid" });
  expect(closed).toEqual(["model"]);
});
