/**
 * Progress for people: one line that is rewritten on a terminal, a plain line now and then elsewhere. Writes to
 * standard error only, because standard output belongs to results. Knows nothing of what progresses.
 */
export type Progress = {
  /** Starts a step with a title. */
  step(title: string): void;
  /**
   * Says how far the step is; `total` in the same unit as `done`. The time left is derived from what was done since the
   * first call, so that neither getting ready nor what an earlier run did counts; a `done` that is less than the one
   * before begins another part of the step.
   */
  update(done: number, total: number, detail?: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Ends the step with a line that stays. */
  done(text?: string): void;
  /** For steps inside the one at hand, which goes on after them. */
  inner(): Progress;
};

const PLAIN_INTERVAL_MS = 15_000;
const TERMINAL_INTERVAL_MS = 100;

/** `output` is any stream such as process.stderr; `nowMs` is the clock. */
export function createProgress(
  output: Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">,
  nowMs: () => number = () => performance.now(),
): Progress {
  let title = "";
  let startedMs = 0;
  let shownMs = 0;
  let part = { firstDone: Infinity, firstMs: 0, done: Infinity };
  const terminal = output.isTTY === true;
  const clear = () => terminal && output.write("\r\u001b[2K");
  const line = (text: string) => {
    clear();
    output.write(`${text}\n`);
  };
  return {
    step(text) {
      title = text;
      startedMs = nowMs();
      shownMs = startedMs;
      part.done = Infinity;
      if (!terminal) line(`${text} …`);
    },
    update(done, total, detail = "") {
      const now = nowMs();
      const complete = done >= total;
      if (done < part.done) part = { firstDone: done, firstMs: now, done };
      part.done = done;
      if (!complete && now - shownMs < (terminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS))
        return;
      shownMs = now;
      const perUnit = (now - part.firstMs) / (done - part.firstDone);
      const left =
        done > part.firstDone && !complete
          ? ` · ${formatDuration(perUnit * (total - done))} left`
          : "";
      const text = `${title} · ${Math.floor((100 * done) / Math.max(1, total))} %${left}${detail && ` · ${detail}`}`;
      if (terminal) output.write(`\r\u001b[2K${text.slice(0, (output.columns ?? 100) - 1)}`);
      else if (!complete) line(`  ${text}`);
    },
    note: line,
    done(text = "") {
      line(`${title} · ${formatDuration(nowMs() - startedMs)}${text && ` · ${text}`}`);
    },
    inner: () => createProgress(output, nowMs),
  };
}

/** 940 ms → "0.9 s", 12.3 s → "12 s", 75 s → "1 min 15 s". */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Progress that says nothing, for programs and tests. */
export const silent: Progress = {
  step() {},
  update() {},
  note() {},
  done() {},
  inner: () => silent,
};
