/** Companies, customers, vendors and employees. Names and numbers are unique over all companies. */
import type { Rng } from "../../src/base/rng.ts";
import { addDays, someDay, TODAY } from "./calendar.ts";
import type { Company, Customer, Employee, Vendor } from "./rows.ts";
import * as words from "./words.ts";

export const companies: readonly Company[] = [
  [1, "Ridgeline Builders", "CO", 1, 10, "2025-11-01"] as const,
  [2, "Ridgeline Mechanical", "CO", 1, 5, "2025-11-01"] as const,
  [3, "Lakeshore Service Group", "MI", 2, 10, "2025-10-01"] as const,
].map(([Co, Name, State, group, RetPct, LastMthClosed]) => ({
  Co,
  Name,
  State,
  CustGroup: group,
  VendGroup: group,
  RetPct,
  LastMthClosed,
}));

const pairs = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] =>
  as.flatMap((a) => bs.map((b): [A, B] => [a, b]));

/** 62 customers of group 1 and 28 of group 2. */
export function makeCustomers(rng: Rng): Customer[] {
  const group = (CustGroup: number, count: number, places: readonly string[]): Customer[] =>
    rng
      .shuffle(pairs(places, words.customerKinds))
      .slice(0, count)
      .map(([place, kind], i) => ({
        CustGroup,
        Customer: CustGroup * 1000 + 1 + i,
        Name: `${place} ${kind}`,
        City: rng.pick(CustGroup === 1 ? words.cities1 : words.cities2),
        State: CustGroup === 1 ? "CO" : "MI",
        CreditLimit: rng.next() < 0.18 ? null : rng.pick([5, 10, 25, 50, 100, 250, 500]) * 1000,
        Status: rng.next() < 0.82 ? "A" : rng.pick(["H", "I"]),
      }));
  return [...group(1, 62, words.places1), ...group(2, 28, words.places2)];
}

/** 46 vendors of group 1 and 24 of group 2, every trade in both. */
export function makeVendors(rng: Rng): Vendor[] {
  const names = rng.shuffle(pairs(words.vendorPrefixes, words.trades));
  return [1, 2].flatMap((VendGroup) =>
    Array.from({ length: VendGroup === 1 ? 46 : 24 }, (_, i): Vendor => {
      const trade = words.trades[i % words.trades.length];
      const at = names.findIndex((name) => name[1] === trade);
      const [[prefix, [label, VendType]]] = names.splice(at, 1);
      return {
        VendGroup,
        Vendor: VendGroup * 100 + 1 + i,
        Name: `${prefix} ${label}`,
        State:
          rng.next() < 0.2 ? rng.pick(["WY", "IL", "OH", "UT"]) : VendGroup === 1 ? "CO" : "MI",
        VendType,
        InsExpDate: insurance(rng, VendType),
        ActiveYN: rng.next() < 0.86 ? "Y" : "N",
      };
    }),
  );
}

function insurance(rng: Rng, vendType: string): string | null {
  if (rng.next() < (vendType === "S" ? 0.12 : 0.65)) return null;
  return rng.next() < 0.3
    ? someDay(rng, "2025-03-01", "2025-12-15")
    : someDay(rng, "2026-01-10", "2026-11-30");
}

/** 124 employees, 100 or so of them employed today. */
export function makeEmployees(rng: Rng): Employee[] {
  const names = rng.shuffle(pairs(words.lastNames, words.firstNames));
  const count: Record<number, number> = { 1: 52, 2: 44, 3: 28 };
  return companies.flatMap(({ Co }) =>
    Array.from({ length: count[Co] }, (_, i): Employee => {
      const [LastName, FirstName] = names.pop()!;
      const Craft = rng.pick(words.crafts[Co]);
      const HireDate =
        rng.next() < 0.6
          ? someDay(rng, "2009-02-01", "2022-12-15")
          : someDay(rng, "2023-01-09", "2025-11-17");
      const TermDate =
        rng.next() < 0.2 ? someDay(rng, laterOf(addDays(HireDate, 40), "2023-03-01"), TODAY) : null;
      return {
        Co,
        Employee: Co * 1000 + 1 + i,
        LastName,
        FirstName,
        Craft,
        HireDate,
        TermDate: TermDate !== null && TermDate < TODAY ? TermDate : null,
        HrlyRate: Math.round(words.craftRates[Craft] * (0.7 + 0.3 * rng.next()) * 20) / 20,
      };
    }),
  );
}

const laterOf = (a: string, b: string): string => (a > b ? a : b);
