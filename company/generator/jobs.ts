/** Jobs and their phases. Contract amounts come later, from the estimates. */
import type { Rng } from "../../src/base/rng.ts";
import { addDays, someDay, TODAY } from "./calendar.ts";
import { companies } from "./parties.ts";
import type { Customer, Job, Phase } from "./rows.ts";
import * as words from "./words.ts";

/** A job with what the other parts of the generator need of it: when it is worked on, and its phases in order. */
export type Work = {
  readonly job: Job;
  readonly lastDay: string;
  readonly phases: readonly { readonly phase: Phase; readonly costTypes: readonly number[] }[];
};

/** 62 jobs: pending, open, soft closed and closed. */
export function makeJobs(rng: Rng, customers: readonly Customer[]): Work[] {
  return companies.flatMap((company) => {
    const owners = customers.filter((c) => c.CustGroup === company.CustGroup && c.Status !== "I");
    const places = company.CustGroup === 1 ? words.places1 : words.places2;
    const drafts = words.works[company.Co].map((work, i) => ({
      ...timing(rng, i / words.works[company.Co].length),
      Description: `${rng.pick(places)} ${work}`,
    }));
    drafts.sort((a, b) => (a.StartDate < b.StartDate ? -1 : 1));
    const used = new Map<string, number>();
    return drafts.map(({ lastDay, ...draft }): Work => {
      const year = draft.StartDate > TODAY ? "25" : draft.StartDate.slice(2, 4);
      const number = (used.get(year) ?? 0) + 1;
      used.set(year, number);
      const { CustGroup, Customer } = rng.pick(owners);
      const job: Job = {
        Co: company.Co,
        Job: `${year}-${company.Co}${String(number).padStart(2, "0")}`,
        Description: draft.Description,
        CustGroup,
        Customer,
        JobStatus: draft.JobStatus,
        ProjMgr: rng.pick(words.managers[company.Co]),
        StartDate: draft.StartDate,
        CloseDate: draft.CloseDate,
        ContractAmt: 0,
      };
      return { job, lastDay, phases: makePhases(rng, job) };
    });
  });
}

type Timing = { JobStatus: number; StartDate: string; CloseDate: string | null; lastDay: string };

/** `place` in [0, 1) decides the status, so that every company has jobs of every status. */
function timing(rng: Rng, place: number): Timing {
  if (place < 0.07) {
    const StartDate = someDay(rng, "2026-01-12", "2026-03-23");
    return { JobStatus: 0, StartDate, CloseDate: null, lastDay: StartDate };
  }
  if (place < 0.45) {
    const StartDate = someDay(rng, "2024-11-04", "2025-11-10");
    return { JobStatus: 1, StartDate, CloseDate: null, lastDay: TODAY };
  }
  const soft = place < 0.57;
  const StartDate = soft
    ? someDay(rng, "2024-05-06", "2025-03-10")
    : someDay(rng, "2022-09-05", "2024-08-19");
  const lastDay = addDays(StartDate, soft ? rng.int(150, 270) : rng.int(110, 390));
  return {
    JobStatus: soft ? 2 : 3,
    StartDate,
    CloseDate: addDays(lastDay, rng.int(3, 24)),
    lastDay,
  };
}

function makePhases(rng: Rng, job: Job): Work["phases"] {
  const [first, last] = words.phaseRange[job.Co];
  const middle = words.phases.slice(first, last + 1);
  const chosen = rng.shuffle(middle).slice(0, job.Co === 1 ? rng.int(5, 9) : rng.int(2, 4));
  const withLabor = chosen.some(([, , types]) => types.includes(1));
  const list = [
    words.phases[0],
    ...chosen,
    ...(withLabor ? [] : [middle.find((p) => p[2].includes(1))!]),
  ];
  return list
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([code, PhaseDesc, costTypes]) => ({
      phase: { Co: job.Co, Job: job.Job, Phase: code, PhaseDesc },
      costTypes,
    }));
}

/** The phase a job is at on a day, counted along its run, a step more or less. */
export function phaseAt(rng: Rng, work: Work, date: string, costType: number): Phase | undefined {
  const able = work.phases.filter((p) => p.costTypes.includes(costType));
  if (able.length === 0) return undefined;
  const start = Date.parse(work.job.StartDate);
  const progress = (Date.parse(date) - start) / (Date.parse(work.lastDay) - start + 1);
  const at = Math.round(progress * (able.length - 1)) + rng.int(-1, 1);
  return able[Math.min(able.length - 1, Math.max(0, at))].phase;
}

/** The jobs of a company that are worked on at a day. */
export const activeJobs = (works: readonly Work[], co: number, date: string): Work[] =>
  works.filter(
    ({ job, lastDay }) =>
      job.Co === co && job.JobStatus > 0 && job.StartDate <= date && date <= lastDay,
  );
