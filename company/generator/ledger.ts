/** Accounts and entries of the ledger: every source balances to zero in every company and month. */
import type { Rng } from "../../src/base/rng.ts";
import { cents, endOfMonth, monthOf, months } from "./calendar.ts";
import { companies } from "./parties.ts";
import type { Payables } from "./payables.ts";
import type { Account, LedgerEntry, Receivable, Timesheet } from "./rows.ts";
import * as words from "./words.ts";

type Post = (entry: Omit<LedgerEntry, "GLTrans">) => void;

export const makeAccounts = (): Account[] =>
  companies.flatMap(({ Co }) =>
    words.accounts.map(([GLAcct, AcctDesc, AcctType]) => ({ Co, GLAcct, AcctDesc, AcctType })),
  );

export function makeLedger(
  rng: Rng,
  payables: Payables,
  receivables: readonly Receivable[],
  timesheets: readonly Timesheet[],
): LedgerEntry[] {
  const sums = new Map<string, Omit<LedgerEntry, "GLTrans">>();
  const post: Post = (entry) => {
    const { Co, Mth, GLAcct, ActDate, Source } = entry;
    const key = `${Co} ${Mth} ${ActDate} ${Source} ${GLAcct}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { ...entry });
    else sum.Amount = cents(sum.Amount + entry.Amount);
  };
  postPayables(post, payables);
  for (const row of receivables) postReceivable(post, row);
  for (const row of timesheets) postTimesheet(post, row);
  postJournals(rng, post);
  const numbers = new Map<string, number>();
  return [...sums.entries()]
    .filter(([, { Amount }]) => Amount !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { Co, Mth, ...rest }]) => {
      const GLTrans = (numbers.get(`${Co} ${Mth}`) ?? 0) + 1;
      numbers.set(`${Co} ${Mth}`, GLTrans);
      return { Co, Mth, GLTrans, ...rest };
    });
}

/** Debits one account and credits the other with the same amount. */
function move(
  post: Post,
  entry: Pick<LedgerEntry, "Co" | "Mth" | "ActDate" | "Source">,
  accounts: readonly [debit: string, credit: string],
  amount: number,
): void {
  const { Co, Mth, ActDate, Source } = entry;
  accounts.forEach((GLAcct, i) =>
    post({ Co, Mth, GLAcct, ActDate, Source, Amount: i === 0 ? amount : -amount }),
  );
}

/** Invoices are booked at the end of their week of the month; payments at the end of theirs. */
const batchDay = (date: string): string =>
  date.slice(8) > "15" ? endOfMonth(date) : `${date.slice(0, 8)}15`;

function postPayables(post: Post, { lines }: Payables): void {
  for (const { Co, Mth, GLAcct, GrossAmt, PaidDate } of lines) {
    move(post, { Co, Mth, ActDate: endOfMonth(Mth), Source: "AP" }, [GLAcct, "2010"], GrossAmt);
    if (PaidDate === null) continue;
    const ActDate = batchDay(PaidDate);
    move(post, { Co, Mth: monthOf(ActDate), ActDate, Source: "AP" }, ["2010", "1010"], GrossAmt);
  }
}

function postReceivable(post: Post, row: Receivable): void {
  const { Co, Mth, TransDate, Amount, AmtPaid, Retainage, PayFullDate } = row;
  const income = row.ARType === "F" ? "4900" : row.Job === null ? "4050" : "4010";
  const entry = { Co, Mth, ActDate: batchDay(TransDate), Source: "AR" };
  move(post, entry, ["1110", income], Amount);
  move(post, entry, ["1150", income], Retainage);
  const paid = batchDay(PayFullDate ?? TransDate);
  move(post, { Co, Mth: monthOf(paid), ActDate: paid, Source: "AR" }, ["1010", "1110"], AmtPaid);
}

function postTimesheet(post: Post, { Co, PREndDate, Job, Amt }: Timesheet): void {
  const entry = { Co, Mth: monthOf(PREndDate), ActDate: PREndDate, Source: "PR" };
  move(post, entry, [Job === null ? "6510" : "5010", "1010"], Amt);
}

/** What recurs every month: rent, insurance, depreciation, the line of credit. */
function postJournals(rng: Rng, post: Post): void {
  for (const { Co } of companies)
    for (const Mth of months) {
      const entry = { Co, Mth, ActDate: endOfMonth(Mth), Source: "GL" };
      move(post, entry, ["6110", "1010"], [0, 14500, 9800, 6200][Co]);
      move(
        post,
        entry,
        ["6050", "1450"],
        cents([0, 8200, 6100, 3300][Co] * (0.95 + 0.1 * rng.next())),
      );
      move(post, entry, ["1450", "1010"], [0, 8400, 6200, 3400][Co]);
      move(post, entry, ["6400", "1590"], [0, 11250, 7400, 5100][Co]);
      if (rng.next() < 0.3) move(post, entry, ["1010", "2310"], rng.int(1, 8) * 25000);
      if (rng.next() < 0.2) move(post, entry, ["2310", "1010"], rng.int(1, 8) * 25000);
      move(post, { ...entry, Source: "JC" }, ["5040", "6210"], cents(900 + 2600 * rng.next()));
    }
}
