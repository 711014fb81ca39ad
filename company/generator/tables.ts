/** All rows of the company, from one seed. What happens on jobs comes first; estimates and contracts are derived from it. */
import { Rng } from "../../src/base/rng.ts";
import { makeCostDetail, makeEstimates, makeMonthlyCost } from "./costs.ts";
import { makeJobs } from "./jobs.ts";
import { makeAccounts, makeLedger } from "./ledger.ts";
import { companies, makeCustomers, makeEmployees, makeVendors } from "./parties.ts";
import { makePayables } from "./payables.ts";
import { makeTimesheets } from "./payroll.ts";
import { makeReceivables } from "./receivables.ts";
import type { Estimate, Job, Tables } from "./rows.ts";
import { costTypes } from "./words.ts";

export function makeTables(seed: number): Tables {
  const rng = new Rng(seed);
  const customers = makeCustomers(rng);
  const vendors = makeVendors(rng);
  const employees = makeEmployees(rng);
  const works = makeJobs(rng, customers);
  const timesheets = makeTimesheets(rng, employees, works);
  const payables = makePayables(rng, vendors, works);
  const details = makeCostDetail(rng, works, timesheets, payables);
  const monthly = makeMonthlyCost(rng, works, details);
  const estimates = makeEstimates(rng, works, monthly);
  const receivables = makeReceivables(rng, customers, works, monthly);
  return {
    APCO: [...companies],
    ARCM: customers,
    JCJM: works.map(({ job }) => ({ ...job, ContractAmt: contract(job, estimates) })),
    ARTH: receivables,
    APVM: vendors,
    APTH: payables.headers,
    JCCT: costTypes.map((CTDesc, i) => ({ CostType: i + 1, CTDesc })),
    JCJP: works.flatMap(({ phases }) => phases.map(({ phase }) => phase)),
    JCCH: estimates,
    JCCP: monthly,
    GLAC: makeAccounts(),
    APTD: payables.lines,
    APHD: payables.holds,
    JCCD: details,
    PREH: employees,
    PRTH: timesheets,
    GLDT: makeLedger(rng, payables, receivables, timesheets),
  };
}

/** The estimate with a margin of a sixth, in hundreds; the job's number keeps equal jobs apart. */
function contract(job: Job, estimates: readonly Estimate[]): number {
  const cost = estimates.filter((e) => e.Job === job.Job).reduce((sum, e) => sum + e.EstCost, 0);
  return Math.round((cost * 7) / 600) * 100;
}
