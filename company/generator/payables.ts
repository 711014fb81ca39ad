/** Vendors' invoices: headers, lines and holds. A line on hold is not paid before its release. */
import type { Rng } from "../../src/base/rng.ts";
import { addDays, cents, endOfMonth, monthOf, months, skewed, someDay, TODAY } from "./calendar.ts";
import { activeJobs, phaseAt, type Work } from "./jobs.ts";
import { companies } from "./parties.ts";
import type { Company, Hold, Payable, PayableLine, Vendor } from "./rows.ts";
import * as words from "./words.ts";

export type Payables = { headers: Payable[]; lines: PayableLine[]; holds: Hold[] };

const INVOICES_PER_MONTH: Readonly<Record<number, number>> = { 1: 30, 2: 20, 3: 12 };
const COST_TYPE: Readonly<Record<string, number>> = { M: 2, S: 3, E: 4, O: 5 };
const MEDIAN: Readonly<Record<string, number>> = { S: 11000, M: 1700, E: 1100, O: 420 };
const TERMS_DAYS: Readonly<Record<string, number>> = { S: 45, M: 30, E: 30, O: 15 };
/** How much of a vendor type's work is for jobs; all of it where nothing stands here. */
const JOB_SHARE: Readonly<Record<string, number>> = { O: 0.3, M: 0.92, E: 0.9 };
const OVERHEAD: Readonly<Record<string, string>> = { S: "6310", M: "6010", E: "5040" };

export function makePayables(
  rng: Rng,
  vendors: readonly Vendor[],
  works: readonly Work[],
): Payables {
  const result: Payables = { headers: [], lines: [], holds: [] };
  for (const company of companies) {
    const inGroup = vendors.filter((v) => v.VendGroup === company.VendGroup);
    const known = rng.shuffle(inGroup.slice(0, -1)); // the newest vendor has not invoiced yet
    const numbers = new Map<string, number>();
    for (const month of months) {
      const count = INVOICES_PER_MONTH[company.Co] + rng.int(-4, 4);
      for (let i = 0; i < count; i++) {
        // The square makes the first vendors of the shuffled list the frequent ones.
        const vendor = known[Math.floor(rng.next() ** 2 * known.length)];
        const InvDate = someDay(rng, month, endOfMonth(month));
        if (vendor.ActiveYN === "N" && InvDate > "2024-09-30") continue;
        addInvoice(rng, result, { company, vendor, InvDate, works, numbers });
      }
    }
  }
  return result;
}

type Invoice = {
  readonly company: Company;
  readonly vendor: Vendor;
  readonly InvDate: string;
  readonly works: readonly Work[];
  readonly numbers: Map<string, number>;
};

function addInvoice(rng: Rng, result: Payables, invoice: Invoice): void {
  const { company, vendor, InvDate, numbers } = invoice;
  // An invoice of the last days of a month is often entered in the next one.
  const late =
    InvDate.slice(8) >= "28" && rng.next() < 0.5 ? monthOf(addDays(InvDate, 5)) : monthOf(InvDate);
  const Mth = late > TODAY ? monthOf(InvDate) : late;
  const APTrans = (numbers.get(Mth) ?? 0) + 1;
  numbers.set(Mth, APTrans);
  const key = { Co: company.Co, Mth, APTrans };
  const DueDate = addDays(InvDate, TERMS_DAYS[vendor.VendType]);
  const count = vendor.VendType === "M" ? rng.int(1, 4) : rng.int(1, 2);
  const lines = Array.from({ length: count }, (_, i) => makeLine(rng, invoice, key, i + 1));
  const paid = payDay(rng, DueDate);
  for (const line of lines) {
    const holds = makeHolds(rng, invoice, line);
    const released = holds.map((hold) => hold.ReleaseDate);
    const date = [paid, ...released].reduce((a, b) =>
      a === null || b === null ? null : a > b ? a : b,
    );
    line.PaidDate = date !== null && date <= TODAY ? date : null;
    if (!holds.some((hold) => hold.HoldCode === "RET" && hold.ReleaseDate === null))
      line.Retainage = 0;
    result.holds.push(...holds);
  }
  result.lines.push(...lines);
  const dates = lines.map((line) => line.PaidDate);
  result.headers.push({
    ...key,
    VendGroup: vendor.VendGroup,
    Vendor: vendor.Vendor,
    APRef: `${vendor.Name.slice(0, 2).toUpperCase()}-${rng.int(10000, 99999)}`,
    InvDate,
    DueDate,
    InvTotal: cents(lines.reduce((sum, line) => sum + line.GrossAmt, 0)),
    PayFullDate: dates.includes(null) ? null : dates.reduce((a, b) => (a! > b! ? a : b)),
  });
}

/** Most are paid around the due date; a few are forgotten. */
const payDay = (rng: Rng, due: string): string | null =>
  rng.next() < 0.012 ? null : addDays(due, rng.next() < 0.75 ? rng.int(-12, 4) : rng.int(5, 45));

function makeLine(
  rng: Rng,
  { company, vendor, InvDate, works }: Invoice,
  key: { Co: number; Mth: string; APTrans: number },
  APLine: number,
): PayableLine {
  const costType = COST_TYPE[vendor.VendType];
  const active = activeJobs(works, company.Co, InvDate).filter((work) =>
    work.phases.some((p) => p.costTypes.includes(costType)),
  );
  const toJob = active.length > 0 && rng.next() < (JOB_SHARE[vendor.VendType] ?? 1);
  const phase = toJob ? phaseAt(rng, rng.pick(active), InvDate, costType) : undefined;
  const GrossAmt = skewed(rng, MEDIAN[vendor.VendType], 0.85);
  const withRetainage = phase !== undefined && vendor.VendType === "S" && rng.next() < 0.4;
  return {
    ...key,
    APLine,
    Job: phase?.Job ?? null,
    Phase: phase?.Phase ?? null,
    CostType: phase === undefined ? null : costType,
    GLAcct: phase
      ? `50${costType}0`
      : (OVERHEAD[vendor.VendType] ?? rng.pick(["6010", "6150", "6210", "6310"])),
    LineDesc: rng.pick(words.lineTexts[vendor.VendType]),
    GrossAmt,
    Retainage: withRetainage ? cents((GrossAmt * company.RetPct) / 100) : 0,
    PaidDate: null,
  };
}

/** Holds on one line: retainage until the job closes, lapsed insurance, missing lien waivers, disputes. */
function makeHolds(rng: Rng, { vendor, InvDate, works }: Invoice, line: PayableLine): Hold[] {
  const holds: Hold[] = [];
  const add = (HoldCode: string, days: number | null, from = 0): void => {
    const HoldDate = addDays(InvDate, from);
    const release = days === null ? null : addDays(HoldDate, days);
    const ReleaseDate = release !== null && release <= TODAY ? release : null;
    const { Co, Mth, APTrans, APLine } = line;
    if (HoldDate <= TODAY)
      holds.push({ Co, Mth, APTrans, APLine, HoldCode, HoldDate, ReleaseDate });
  };
  if (line.Retainage > 0) {
    const status = works.find((work) => work.job.Job === line.Job)!.job.JobStatus;
    add("RET", status === 3 || rng.next() < 0.7 ? rng.int(60, 170) : null);
  }
  const isSub = vendor.VendType === "S";
  const days = (most: number): number | null =>
    InvDate > "2025-02-28" && rng.next() < 0.3 ? null : rng.int(5, most);
  if (isSub && rng.next() < 0.08) add("INS", days(60), rng.int(1, 9));
  if (isSub && rng.next() < 0.08) add("LIEN", days(40), rng.int(1, 15));
  if (rng.next() < 0.03) add("DISP", days(120), rng.int(2, 20));
  return holds;
}
