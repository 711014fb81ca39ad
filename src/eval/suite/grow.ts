/**
 * The two long steps of making a suite: asking the source about every neighbour, and drawing perturbed databases until
 * each of the rest is told apart, or no more are, or the time is over. Every result is recorded at once.
 */
import { rmSync } from "node:fs";
import { Rng } from "../../base/rng.ts";
import { type Focus, focusesOf } from "./focus.ts";
import { perturb, type Witnessed } from "./perturb.ts";
import type { Plan } from "./plan.ts";
import { type Question, tellApart } from "./tell-apart.ts";
import { witnessesOf } from "./witnesses.ts";
import {
  APART,
  type Candidate,
  candidateFile,
  FAILS,
  NO_GOLD,
  SAME,
  UNASKED,
  type Work,
  type WorkRecord,
  writeRecord,
} from "./work.ts";
import { writeDatabase } from "./write-database.ts";

/** Draws in a row that tell nothing new apart before drawing ends. */
const MAX_FRUITLESS = 8;
const MAX_DRAWS = 80;
/** Changed copies that a database should have in all, shared by what is left to tell apart. */
const COPIES = 3000;
/** Neighbours beyond which only their golds are looked at. */
const MAX_LOOKED_AT = 2500;

/** The record with what the source makes of every pair that the time sufficed for. */
export async function askSource(work: Work, record: WorkRecord): Promise<WorkRecord> {
  const { plan, executor, sourceFile, progress, isOver } = work;
  const letters = plan.pairs.map((_, pair) => record.onSource[pair] ?? UNASKED);
  const unasked = letters.flatMap((letter, pair) => (letter === UNASKED ? [pair] : []));
  if (unasked.length === 0) return record;
  progress.step("asking the database about the neighbours");
  const groups = pairsByGold(plan, unasked);
  const answers = await tellApart(executor, sourceFile, questionsOf(plan, groups), {
    isOver,
    onProgress: (done, total) => progress.update(done, total),
  });
  const failed = new Map(record.failed.map(({ gold, reason }) => [gold, reason]));
  answers.forEach((answer, gold) => {
    if (answer === undefined) return;
    if (!answer.ok) failed.set(plan.golds[gold], answer.message);
    groups[gold].forEach((pair, i) => {
      letters[pair] = answer.ok ? LETTERS[answer.outcomes[i]] : NO_GOLD;
    });
  });
  const next = {
    ...record,
    onSource: letters.join(""),
    failed: [...failed].map(([gold, reason]) => ({ gold, reason })),
  };
  writeRecord(work.folder, next);
  progress.done(`${letters.filter((letter) => letter === APART).length} told apart`);
  return next;
}

const LETTERS = { differs: APART, same: SAME, fails: FAILS } as const;

/** The pairs that perturbed databases have to tell apart: what the source was not asked about too. */
export const openPairs = ({ pairs }: Plan, { onSource }: WorkRecord): number[] =>
  pairs.flatMap(({ proof }, pair) => {
    const isOpen = onSource[pair] === SAME || onSource[pair] === UNASKED;
    return isOpen && proof === undefined ? [pair] : [];
  });

/** The record with as many candidates as it takes, or as the time allows. */
export async function drawCandidates(work: Work, record: WorkRecord): Promise<WorkRecord> {
  const { plan, progress, isOver } = work;
  const open = openPairs(plan, record);
  const look = createLook(work);
  let current = record;
  let left = survivorsOf(open, current);
  let fruitless = 0;
  progress.step("drawing databases that tell the rest apart");
  while (left.length > 0 && fruitless < MAX_FRUITLESS && current.tried < MAX_DRAWS && !isOver()) {
    const seed = current.tried + 1;
    const candidate = await draw(work, current, { seed, open, left, look });
    const candidates = candidate ? [...current.candidates, candidate] : current.candidates;
    current = { ...current, candidates, tried: seed };
    if (isOver() && candidate === undefined) break;
    writeRecord(work.folder, current);
    fruitless = candidate === undefined ? fruitless + 1 : 0;
    left = survivorsOf(open, current);
    progress.update(open.length - left.length, open.length, `${left.length} left`);
  }
  progress.done(`${open.length - left.length} of ${open.length}, ${current.tried} draws`);
  return { ...current, isDone: left.length === 0 || !isOver() };
}

const survivorsOf = (open: readonly number[], { candidates }: WorkRecord): number[] => {
  const killed = new Set(candidates.flatMap(({ kills }) => kills));
  return open.filter((pair) => !killed.has(pair));
};

type Look = (sqls: readonly string[]) => Promise<Witnessed[]>;

/** Focuses and witnesses of statements; each is fetched once. */
function createLook({ tables, executor, sourceFile }: Work): Look {
  const focuses = new Map<string, readonly Focus[]>();
  const witnessed = new Map<Focus, Witnessed>();
  return async (sqls) => {
    for (const sql of sqls) if (!focuses.has(sql)) focuses.set(sql, focusesOf(sql, tables));
    const wanted = sqls.flatMap((sql) => focuses.get(sql) ?? []);
    const missing = wanted.filter((focus) => !witnessed.has(focus));
    for (const one of await witnessesOf(executor, sourceFile, missing))
      witnessed.set(one.focus, one);
    return wanted.flatMap((focus) => witnessed.get(focus) ?? []);
  };
}

type Draw = {
  readonly seed: number;
  readonly open: readonly number[];
  readonly left: readonly number[];
  readonly look: Look;
};

/** Draws one database and asks it; undefined, and no file, if it tells nothing new apart or a gold does not run there. */
async function draw(
  work: Work,
  record: WorkRecord,
  { seed, open, left, look }: Draw,
): Promise<Candidate | undefined> {
  const { plan, tables, rows: source, domains, ddl, executor, folder } = work;
  const golds = [...new Set(left.map((pair) => plan.golds[plan.pairs[pair].gold]))];
  const neighbours = left.length > MAX_LOOKED_AT ? [] : left.map((pair) => plan.pairs[pair].sql);
  const witnessed = await look([...golds, ...neighbours]);
  const rng = new Rng(work.seed * 1000 + seed);
  const copies = Math.min(12, Math.max(2, Math.round(COPIES / witnessed.length)));
  const others = [10, 0, 40][seed % 3];
  const draft = perturb(witnessed, { tables, source, domains, rng, copies, others });
  const file = candidateFile(folder, seed);
  const rows = writeDatabase(file, draft, { ddl, tables });
  const groups = pairsByGold(plan, open);
  const failed = new Set(record.failed.map(({ gold }) => gold));
  const answers = await tellApart(executor, file, questionsOf(plan, groups), work);
  const isUsable = answers.every(
    (answer, gold) => answer?.ok === true || (answer !== undefined && failed.has(plan.golds[gold])),
  );
  const kills = answers.flatMap((answer, gold) =>
    answer?.ok ? groups[gold].filter((_, i) => answer.outcomes[i] === "differs") : [],
  );
  const isNew = left.some((pair) => kills.includes(pair));
  if (isUsable && isNew) return { seed, rows, kills };
  rmSync(file, { force: true });
  return undefined;
}

/** For each gold the chosen pairs that are its neighbours. */
function pairsByGold({ golds, pairs }: Plan, chosen: readonly number[]): number[][] {
  const groups = golds.map((): number[] => []);
  for (const pair of chosen) groups[pairs[pair].gold].push(pair);
  return groups;
}

const questionsOf = ({ golds, pairs }: Plan, groups: readonly (readonly number[])[]): Question[] =>
  golds.map((gold, i) => ({ gold, neighbours: groups[i].map((pair) => pairs[pair].sql) }));
