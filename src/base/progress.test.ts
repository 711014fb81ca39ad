import { expect, test } from "vitest";
import { createProgress, formatDuration } from "./progress.ts";

/** A stream that keeps what is written, and a clock that stands still until it is moved. */
function recorder(terminal: boolean, columns = 80) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const output = { isTTY: terminal, columns, write: (text: string) => written.push(text) > 0 };
  const progress = createProgress(output as unknown as NodeJS.WriteStream, () => clock.ms);
  return { progress, clock, written };
}

test("elsewhere than on a terminal there are whole plain lines, one in fifteen seconds", () => {
  const { progress, clock, written } = recorder(false);
  progress.step("train");
  for (clock.ms = 0; clock.ms <= 40_000; clock.ms += 1000)
    progress.update(clock.ms / 1000, 100, "loss 2.1");
  progress.done("100 steps");
  expect(written).toEqual([
    "train …\n",
    "  train · 15 % · 1 min 25 s left · loss 2.1\n",
    "  train · 30 % · 1 min 10 s left · loss 2.1\n",
    "train · 41 s · 100 steps\n",
  ]);
  expect(written.join("")).not.toContain("\u001b");
});

test("on a terminal one line is rewritten, no wider than the terminal, and the last one stays", () => {
  const { progress, clock, written } = recorder(true, 30);
  progress.step("train");
  clock.ms = 200;
  progress.update(1, 4, "a detail that is longer than the line");
  clock.ms = 250;
  progress.update(2, 4);
  clock.ms = 600;
  progress.update(3, 4);
  clock.ms = 1000;
  progress.update(4, 4);
  progress.done();
  expect(written).toEqual([
    "\r\u001b[2Ktrain · 25 % · a detail that ",
    "\r\u001b[2Ktrain · 75 % · 0.2 s left",
    "\r\u001b[2Ktrain · 100 %",
    "\r\u001b[2K",
    "train · 1.0 s\n",
  ]);
});

test("what was done before the first word of it, by an earlier run, tells no time left; no total is no crash", () => {
  const { progress, clock, written } = recorder(true);
  progress.step("fetch");
  for (const [ms, done, total] of [
    [500, 80, 100],
    [1500, 81, 100],
    [2500, 0, 0],
  ]) {
    clock.ms = ms;
    progress.update(done, total);
  }
  expect(written).toEqual([
    "\r\u001b[2Kfetch · 80 %",
    "\r\u001b[2Kfetch · 81 % · 19 s left",
    "\r\u001b[2Kfetch · 0 %",
  ]);
});

test("a second part of a step has its own time left, and an inner step leaves the title alone", () => {
  const { progress, clock, written } = recorder(false);
  progress.step("baseline");
  const inner = progress.inner();
  inner.step("fetch");
  clock.ms = 60_000;
  inner.done();
  for (const [ms, done] of [
    [80_000, 10],
    [100_000, 1],
    [120_000, 2],
    [140_000, 3],
  ]) {
    clock.ms = ms;
    progress.update(done, 11);
  }
  expect(written).toEqual([
    "baseline …\n",
    "fetch …\n",
    "fetch · 1 min 0 s\n",
    "  baseline · 90 %\n",
    "  baseline · 9 %\n",
    "  baseline · 18 % · 3 min 0 s left\n",
    "  baseline · 27 % · 2 min 40 s left\n",
  ]);
});

test.each([
  [0, "0.0 s"],
  [940, "0.9 s"],
  [9_940, "9.9 s"],
  [9_999, "10 s"],
  [59_400, "59 s"],
  [59_999, "1 min 0 s"],
  [75_000, "1 min 15 s"],
  [119_700, "2 min 0 s"],
  [3_600_000, "60 min 0 s"],
])("%i ms is %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
