/** Invoices to customers: monthly billing of jobs, service work, credits, finance charges, and how they were paid. */
import type { Rng } from "../../src/base/rng.ts";
import {
  addDays,
  cents,
  daysBetween,
  endOfMonth,
  monthOf,
  months,
  skewed,
  someDay,
  TODAY,
} from "./calendar.ts";
import type { Work } from "./jobs.ts";
import { companies } from "./parties.ts";
import type { Customer, MonthlyCost, Receivable } from "./rows.ts";

const SERVICE_PER_MONTH: Readonly<Record<number, number>> = { 1: 5, 2: 17, 3: 22 };

type Draft = Omit<Receivable, "ARTrans" | "Invoice">;

export function makeReceivables(
  rng: Rng,
  customers: readonly Customer[],
  works: readonly Work[],
  monthly: readonly MonthlyCost[],
): Receivable[] {
  const habits = new Map(customers.map((c) => [c.Customer, habitOf(rng, c)]));
  const drafts = [
    ...jobBilling(rng, works, monthly, habits),
    ...serviceWork(rng, customers, habits),
  ];
  const charges = drafts.flatMap((draft) => financeCharge(rng, draft));
  const all = [...drafts, ...charges];
  const order = (d: Draft): string => `${d.Co} ${d.Mth} ${d.TransDate}`;
  all.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  const perMonth = new Map<string, number>();
  return all.map(({ Co, Mth, ARType, CustGroup, Customer, Job, ...rest }, i) => {
    const ARTrans = (perMonth.get(`${Co} ${Mth}`) ?? 0) + 1;
    perMonth.set(`${Co} ${Mth}`, ARTrans);
    return {
      Co,
      Mth,
      ARTrans,
      ARType,
      CustGroup,
      Customer,
      Job,
      Invoice: String(100101 + i),
      ...rest,
    };
  });
}

/** How a customer pays: terms, usual delay after the due date, and how often not at all. */
type Habit = { readonly terms: number; readonly delay: number; readonly neverShare: number };

function habitOf(rng: Rng, customer: Customer): Habit {
  const slow = customer.Status === "H" || rng.next() < 0.26;
  return {
    terms: rng.pick([15, 30, 30, 30, 45]),
    delay: slow ? rng.int(25, 80) : rng.int(-4, 12),
    neverShare: customer.Status === "H" ? 0.12 : slow ? 0.03 : 0.006,
  };
}

/** Dates and amounts of payment of an invoice of `Amount` dated `TransDate`. */
function payment(rng: Rng, habit: Habit, TransDate: string, Amount: number) {
  const DueDate = addDays(TransDate, habit.terms);
  const paid = addDays(DueDate, habit.delay + rng.int(-8, 14));
  const isPaid = paid <= TODAY && rng.next() >= habit.neverShare;
  const isPartial = !isPaid && DueDate < "2025-12-20" && rng.next() < 0.3;
  const AmtPaid = isPaid
    ? Amount
    : isPartial
      ? cents(Amount * rng.pick([0.2, 0.25, 0.5, 0.6, 0.8]))
      : 0;
  return {
    DueDate,
    Amount,
    AmtPaid,
    PayFullDate: isPaid ? (paid < TransDate ? TransDate : paid) : null,
  };
}

/** Each month's cost with a mark-up; the retainage is held back until the job is closed. */
function jobBilling(
  rng: Rng,
  works: readonly Work[],
  monthly: readonly MonthlyCost[],
  habits: ReadonlyMap<number, Habit>,
): Draft[] {
  const cost = new Map<string, number>();
  for (const { Job, Mth, ActualCost } of monthly)
    cost.set(`${Job} ${Mth}`, (cost.get(`${Job} ${Mth}`) ?? 0) + ActualCost);
  return works.flatMap(({ job }) => {
    const { Co, Job, CustGroup, Customer } = job;
    const markUp = 1.06 + 0.16 * rng.next();
    const share = companies[Co - 1].RetPct / 100;
    return months.flatMap((Mth): Draft[] => {
      const billed = (cost.get(`${Job} ${Mth}`) ?? 0) * markUp;
      if (billed < 800) return [];
      const TransDate = addDays(endOfMonth(Mth), -rng.int(0, 6));
      const Retainage = job.JobStatus === 3 ? 0 : cents(billed * share);
      const { DueDate, ...paid } = payment(
        rng,
        habits.get(Customer)!,
        TransDate,
        cents(billed * (1 - share)),
      );
      return [
        { Co, Mth, ARType: "I", CustGroup, Customer, Job, TransDate, DueDate, Retainage, ...paid },
      ];
    });
  });
}

/** Calls without a job, with a credit now and then. */
function serviceWork(
  rng: Rng,
  customers: readonly Customer[],
  habits: ReadonlyMap<number, Habit>,
): Draft[] {
  return companies.flatMap(({ Co, CustGroup }) => {
    const known = rng.shuffle(customers.filter((c) => c.CustGroup === CustGroup)).slice(3);
    return months.flatMap((Mth) =>
      Array.from({ length: SERVICE_PER_MONTH[Co] + rng.int(-3, 3) }, (): Draft[] => {
        const { Customer, Status } = known[Math.floor(rng.next() ** 1.6 * known.length)];
        const TransDate = someDay(rng, Mth, endOfMonth(Mth));
        if (Status === "I" && TransDate > "2024-06-30") return [];
        const amount = skewed(rng, 1150, 0.9);
        const isCredit = rng.next() < 0.035;
        const { DueDate, ...paid } = isCredit
          ? credit(rng, TransDate, -cents(amount / 3))
          : payment(rng, habits.get(Customer)!, TransDate, amount);
        const ARType = isCredit ? "C" : "I";
        return [
          {
            Co,
            Mth,
            ARType,
            CustGroup,
            Customer,
            Job: null,
            TransDate,
            DueDate,
            Retainage: 0,
            ...paid,
          },
        ];
      }).flat(),
    );
  });
}

/** A credit is due at once; most are set off against another invoice, a few stand open. */
function credit(rng: Rng, TransDate: string, Amount: number): ReturnType<typeof payment> {
  const used = addDays(TransDate, rng.int(0, 40));
  const isUsed = used <= TODAY && rng.next() < 0.85;
  return {
    DueDate: TransDate,
    Amount,
    AmtPaid: isUsed ? Amount : 0,
    PayFullDate: isUsed ? used : null,
  };
}

/** 1.5 % on some invoices that stand open more than 60 days after they were due, dated the month after. */
function financeCharge(rng: Rng, draft: Draft): Draft[] {
  const late = daysBetween(draft.DueDate, draft.PayFullDate ?? TODAY);
  if (draft.ARType !== "I" || late < 60 || rng.next() < 0.55) return [];
  const TransDate = endOfMonth(addDays(draft.DueDate, 35));
  const Amount = cents(Math.max(5, draft.Amount * 0.015));
  const PayFullDate = draft.PayFullDate;
  if (PayFullDate !== null && PayFullDate < TransDate) return [];
  return [
    {
      ...draft,
      Mth: monthOf(TransDate),
      ARType: "F",
      TransDate,
      DueDate: addDays(TransDate, 15),
      Amount,
      AmtPaid: PayFullDate === null ? 0 : Amount,
      Retainage: 0,
      PayFullDate,
    },
  ];
}
