/** Counts and durations of a service in Prometheus' text form. */

export type Metrics = {
  /** One answered request. */
  request(route: string, status: number, seconds: number): void;
  /** One piece of work: "generation" or "execution". */
  work(kind: string, seconds: number): void;
  /** An error by its code. */
  error(code: string): void;
  text(gauges: Readonly<Record<string, number>>): string;
};

const BOUNDS_S = [0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30];

type Histogram = { readonly buckets: number[]; sum: number; count: number };

/** All counts begin at 0 with the service. */
export function createMetrics(): Metrics {
  const counts = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  const count = (series: string) => counts.set(series, (counts.get(series) ?? 0) + 1);
  const observe = (series: string, seconds: number) => {
    const histogram = durations.get(series) ?? { buckets: BOUNDS_S.map(() => 0), sum: 0, count: 0 };
    durations.set(series, histogram);
    BOUNDS_S.forEach((bound, i) => (histogram.buckets[i] += Number(seconds <= bound)));
    histogram.sum += seconds;
    histogram.count++;
  };
  return {
    request(route, status, seconds) {
      count(`t2s_requests_total{route="${route}",status="${status}"}`);
      observe(`t2s_request_seconds route="${route}"`, seconds);
    },
    work: (kind, seconds) => observe(`t2s_work_seconds kind="${kind}"`, seconds),
    error: (code) => void count(`t2s_errors_total{code="${code}"}`),
    text: (gauges) =>
      [
        ...typed("counter", [...counts].sort(), ([series, value]) => [`${series} ${value}`]),
        ...typed("histogram", [...durations].sort(), linesOf),
        ...typed("gauge", Object.entries(gauges), ([series, value]) => [`${series} ${value}`]),
        "",
      ].join("\n"),
  };
}

/** Series of one name stand together behind the line that says what they are. */
function typed<T>(
  type: string,
  series: readonly (readonly [string, T])[],
  linesFor: (one: readonly [string, T]) => readonly string[],
): string[] {
  const byName = Map.groupBy(series, ([name]) => /^\w+/.exec(name)?.[0] ?? "");
  return [...byName].flatMap(([name, all]) => [`# TYPE ${name} ${type}`, ...all.flatMap(linesFor)]);
}

function linesOf([series, { buckets, sum, count }]: readonly [string, Histogram]): string[] {
  const [name, label] = series.split(" ");
  return [
    ...BOUNDS_S.map((bound, i) => `${name}_bucket{${label},le="${bound}"} ${buckets[i]}`),
    `${name}_bucket{${label},le="+Inf"} ${count}`,
    `${name}_sum{${label}} ${sum}`,
    `${name}_count{${label}} ${count}`,
  ];
}
