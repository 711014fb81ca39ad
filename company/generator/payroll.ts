/** Weekly timesheets: regular hours, overtime, double time; crews stay on a job for some weeks. */
import type { Rng } from "../../src/base/rng.ts";
import { addDays, cents, daysBetween, TODAY, weekEnds } from "./calendar.ts";
import { activeJobs, phaseAt, type Work } from "./jobs.ts";
import type { Employee, Phase, Timesheet } from "./rows.ts";

const FACTOR: Readonly<Record<string, number>> = { REG: 1, OT: 1.5, DT: 2 };
const RAISE_PER_YEAR = 0.035;

export function makeTimesheets(
  rng: Rng,
  employees: readonly Employee[],
  works: readonly Work[],
): Timesheet[] {
  const crews = new Map<number, Work>();
  return weekEnds.flatMap((weekEnd) =>
    employees
      .filter((e) => e.HireDate <= weekEnd && (e.TermDate === null || e.TermDate >= weekEnd))
      .flatMap((employee) => {
        const active = activeJobs(works, employee.Co, addDays(weekEnd, -3));
        const current = crews.get(employee.Employee);
        if (current === undefined || !active.includes(current) || rng.next() < 0.1) {
          if (active.length > 0) crews.set(employee.Employee, rng.pick(active));
          else crews.delete(employee.Employee);
        }
        return week(rng, employee, weekEnd, crews.get(employee.Employee));
      }),
  );
}

/** One employee's week. No job: the week is shop time. About one week in twenty is vacation and leaves no row. */
function week(rng: Rng, employee: Employee, weekEnd: string, work: Work | undefined): Timesheet[] {
  if (rng.next() < 0.05) return [];
  const inShop = work === undefined || rng.next() < (employee.Craft === "Mechanic" ? 0.35 : 0.03);
  const phase = inShop ? undefined : phaseAt(rng, work, weekEnd, 1);
  const years = daysBetween(weekEnd, TODAY) / 365;
  const rate = employee.HrlyRate * (1 - RAISE_PER_YEAR * years);
  const rows: Timesheet[] = [];
  const add = (EarnCode: string, Hours: number, at: Phase | undefined, day: number): void => {
    rows.push({
      Co: employee.Co,
      PREndDate: weekEnd,
      Employee: employee.Employee,
      PostSeq: rows.length + 1,
      PostDate: addDays(weekEnd, day),
      Job: at?.Job ?? null,
      Phase: at?.Phase ?? null,
      EarnCode,
      Hours,
      Amt: cents(Hours * rate * FACTOR[EarnCode]),
    });
  };
  const full = rng.next() < 0.78;
  if (full && phase !== undefined && rng.next() < 0.06) {
    add("REG", 24, phase, -2);
    add("REG", 16, rng.next() < 0.5 ? undefined : phaseAt(rng, work!, weekEnd, 1), -1);
  } else add("REG", full ? 40 : rng.pick([16, 24, 32, 32, 36]), phase, -1);
  const summer = ["06", "07", "08", "09"].includes(weekEnd.slice(5, 7));
  if (full && rng.next() < (summer ? 0.34 : 0.17)) add("OT", rng.int(2, 24) / 2, phase, -1);
  if (full && rng.next() < 0.025) add("DT", rng.pick([4, 6, 8]), phase, 0);
  return rows;
}
