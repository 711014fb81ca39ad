/** Job cost: postings from payroll, payables, equipment and journals; their sums by month; the estimates they are held against. */
import type { Rng } from "../../src/base/rng.ts";
import { cents, endOfMonth, monthOf, months, skewed } from "./calendar.ts";
import { activeJobs, phaseAt, type Work } from "./jobs.ts";
import type { Payables } from "./payables.ts";
import type { CostDetail, Estimate, MonthlyCost, Phase, Timesheet } from "./rows.ts";

type Posting = Omit<CostDetail, "CostTrans">;

/** Taxes and insurance on top of wages. */
const BURDEN = 1.28;
const WAGE_FOR_ESTIMATES = 44;

/** All postings, numbered within company and month. */
export function makeCostDetail(
  rng: Rng,
  works: readonly Work[],
  timesheets: readonly Timesheet[],
  payables: Payables,
): CostDetail[] {
  const postings = [
    ...fromPayroll(timesheets),
    ...fromPayables(payables),
    ...fromEquipment(rng, works),
    ...corrections(rng, works),
  ];
  const order = (p: Posting): string => `${p.Co} ${p.Mth} ${p.PostDate} ${p.Source}`;
  postings.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  const numbers = new Map<string, number>();
  return postings.map(({ Co, Mth, ...rest }) => {
    const CostTrans = (numbers.get(`${Co} ${Mth}`) ?? 0) + 1;
    numbers.set(`${Co} ${Mth}`, CostTrans);
    return { Co, Mth, CostTrans, ...rest };
  });
}

/** One posting for each week, job and phase. */
function fromPayroll(timesheets: readonly Timesheet[]): Posting[] {
  const sums = new Map<string, Posting>();
  for (const { Co, PREndDate, Job, Phase, Hours, Amt } of timesheets) {
    if (Job === null || Phase === null) continue;
    const key = `${PREndDate} ${Job} ${Phase}`;
    const sum = sums.get(key) ?? {
      Co,
      Mth: monthOf(PREndDate),
      Job,
      Phase,
      CostType: 1,
      PostDate: PREndDate,
      Source: "PR",
      Hours: 0,
      Cost: 0,
    };
    sum.Hours += Hours;
    sum.Cost = cents(sum.Cost + Amt * BURDEN);
    sums.set(key, sum);
  }
  return [...sums.values()];
}

function fromPayables({ headers, lines }: Payables): Posting[] {
  const dates = new Map(headers.map((h) => [`${h.Co} ${h.Mth} ${h.APTrans}`, h.InvDate]));
  return lines.flatMap(({ Co, Mth, APTrans, Job, Phase, CostType, GrossAmt }): Posting[] =>
    Job === null || Phase === null || CostType === null
      ? []
      : [
          {
            Co,
            Mth,
            Job,
            Phase,
            CostType,
            PostDate: dates.get(`${Co} ${Mth} ${APTrans}`)!,
            Source: "AP",
            Hours: 0,
            Cost: GrossAmt,
          },
        ],
  );
}

/** Own equipment, charged to jobs at the end of each month. */
function fromEquipment(rng: Rng, works: readonly Work[]): Posting[] {
  return months.flatMap((month) =>
    [1, 2, 3].flatMap((co) =>
      activeJobs(works, co, endOfMonth(month)).flatMap((work): Posting[] => {
        if (rng.next() < 0.25) return [];
        const { Co, Job, Phase } = phaseAt(rng, work, endOfMonth(month), 4)!;
        const Hours = rng.int(4, 90);
        const Cost = cents(Hours * rng.pick([35, 62.5, 88, 110]));
        return [
          {
            Co,
            Mth: month,
            Job,
            Phase,
            CostType: 4,
            PostDate: endOfMonth(month),
            Source: "EM",
            Hours,
            Cost,
          },
        ];
      }),
    ),
  );
}

/** Journals that move cost about: small, some negative. */
function corrections(rng: Rng, works: readonly Work[]): Posting[] {
  return months.flatMap((month) =>
    [1, 2, 3].flatMap((co) =>
      activeJobs(works, co, month).flatMap((work): Posting[] => {
        if (rng.next() < 0.6) return [];
        const { Co, Job, Phase } = phaseAt(rng, work, month, 5)!;
        const Cost = skewed(rng, 420, 0.9) * (rng.next() < 0.25 ? -1 : 1);
        return [
          {
            Co,
            Mth: month,
            Job,
            Phase,
            CostType: 5,
            PostDate: endOfMonth(month),
            Source: "JC",
            Hours: 0,
            Cost,
          },
        ];
      }),
    ),
  );
}

/** Sums by month; open jobs also carry what is ordered and not yet invoiced. */
export function makeMonthlyCost(
  rng: Rng,
  works: readonly Work[],
  details: readonly CostDetail[],
): MonthlyCost[] {
  const open = new Set(works.filter((w) => w.job.JobStatus === 1).map((w) => w.job.Job));
  const sums = new Map<string, MonthlyCost>();
  for (const { Co, Mth, Job, Phase, CostType, Hours, Cost } of details) {
    const key = `${Job} ${Phase} ${CostType} ${Mth}`;
    const sum = sums.get(key) ?? {
      Co,
      Job,
      Phase,
      CostType,
      Mth,
      ActualHours: 0,
      ActualCost: 0,
      CommittedCost: 0,
    };
    sum.ActualHours += Hours;
    sum.ActualCost = cents(sum.ActualCost + Cost);
    sums.set(key, sum);
  }
  const rows = [...sums.values()];
  for (const row of rows) {
    const isOrdered = open.has(row.Job) && (row.CostType === 2 || row.CostType === 3);
    if (isOrdered && row.Mth >= "2025-08-01" && rng.next() < 0.55)
      row.CommittedCost = skewed(rng, row.CostType === 3 ? 16000 : 3800, 0.7);
  }
  return rows;
}

/** Estimates around the cost so far: at its end for finished work, ahead of it for running work, some of both too low. */
export function makeEstimates(
  rng: Rng,
  works: readonly Work[],
  monthly: readonly MonthlyCost[],
): Estimate[] {
  const spent = new Map<string, number>();
  for (const { Job, Phase, CostType, ActualCost } of monthly) {
    const key = `${Job} ${Phase} ${CostType}`;
    spent.set(key, (spent.get(key) ?? 0) + ActualCost);
  }
  return works.flatMap(({ job, phases }) => {
    const done = job.JobStatus > 1 ? 1 : 0.4 + 0.6 * rng.next();
    const bias = 0.9 + 0.3 * rng.next();
    return phases.flatMap(({ phase, costTypes }) =>
      costTypes.map((CostType) => {
        const cost = spent.get(`${phase.Job} ${phase.Phase} ${CostType}`) ?? 0;
        return estimate(rng, phase, CostType, (cost / done) * bias * (0.8 + 0.4 * rng.next()));
      }),
    );
  });
}

function estimate(rng: Rng, { Co, Job, Phase }: Phase, CostType: number, basis: number): Estimate {
  const EstCost = Math.max(
    100,
    Math.round((basis > 200 ? basis : skewed(rng, 4200, 0.6)) / 50) * 50,
  );
  const EstHours = CostType === 1 ? Math.round(EstCost / (WAGE_FOR_ESTIMATES * BURDEN)) : 0;
  return { Co, Job, Phase, CostType, EstHours, EstCost };
}
