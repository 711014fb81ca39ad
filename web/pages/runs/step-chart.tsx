/** A measure by optimiser step, of one run or two: each step as a dot, their running mean as a line in its interval. */
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Step } from "../../../src/serve/api-types.ts";
import classes from "./runs.module.css";
import { smooth, windowFor } from "./smooth.ts";

export type Curve = { readonly name: string; readonly steps: readonly Step[] };

export type StepChartProps = {
  readonly curves: readonly Curve[];
  readonly measure: string;
  readonly valueOf: (step: Step) => number;
  readonly format: (value: number) => string;
};

const HEIGHT = 300;
/** Variables of the theme, for the first curve and the second. */
const COLOURS = ["--t2s-accent", "--t2s-unsure"];
/** Between ticks of steps. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
/** Of a curve: dots, mean, and the two ends of its interval. */
const SERIES = 4;

export function StepChart({ curves, measure, valueOf, format }: StepChartProps): ReactNode {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(null);
  const scheme = useComputedColorScheme("light");
  const data = useMemo(() => tableOf(curves, valueOf), [curves, valueOf]);
  const names = curves.map(({ name }) => name).join("\n");

  useEffect(() => {
    if (place.current === null || width === 0) return undefined;
    const options = optionsOf(names.split("\n"), { width, measure, format });
    const made = new UPlot(options, [[]], place.current);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [names, width, measure, format, scheme]);
  useEffect(() => {
    plot.current?.setData(data);
  }, [data, names, width, measure, format, scheme]);

  return (
    <figure className={classes.figure} ref={ref}>
      <div ref={place} role="img" aria-label={spoken(curves, measure, valueOf, format)} />
      <figcaption className={classes.caption}>
        {curves.map(({ name }, at) => (
          <span key={name} className={classes.legend} data-curve={at}>
            {name}
          </span>
        ))}
        <span>
          dots: single steps · line: running mean over {windowFor(longest(curves))} steps · band:
          its 95 % interval
        </span>
      </figcaption>
    </figure>
  );
}

const longest = (curves: readonly Curve[]): number =>
  Math.max(0, ...curves.map(({ steps }) => steps.length));

/** All steps of all curves on one axis; a curve that lacks one has a gap there. */
function tableOf(curves: readonly Curve[], valueOf: (step: Step) => number): UPlot.AlignedData {
  const axis = [...new Set(curves.flatMap(({ steps }) => steps.map(({ step }) => step)))].sort(
    (a, b) => a - b,
  );
  const columns = curves.flatMap(({ steps }) => {
    const values = steps.map(valueOf);
    const { mean, low, high } = smooth(values, windowFor(longest(curves)));
    const place = new Map(steps.map(({ step }, at) => [step, at]));
    return [values, mean, high, low].map((column) =>
      axis.map((step) => column[place.get(step) ?? -1] ?? null),
    );
  });
  return [axis, ...columns];
}

type Look = Pick<StepChartProps, "measure" | "format"> & { readonly width: number };

function optionsOf(names: readonly string[], { width, measure, format }: Look): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const faint = (name: string, alpha: string) => `${colour(name)}${alpha}`;
  const font = `12px ${style.getPropertyValue("--mantine-font-family")}`;
  const axis = {
    stroke: colour("--mantine-color-dimmed"),
    grid: { stroke: colour("--t2s-line"), width: 1 },
    ticks: { show: false },
    font,
  };
  return {
    width,
    height: HEIGHT,
    scales: { x: { time: false } },
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    axes: [
      {
        ...axis,
        label: "step",
        incrs: WHOLE,
        labelSize: 16,
        labelGap: 0,
        size: 28,
        labelFont: font,
      },
      {
        ...axis,
        label: measure,
        labelSize: 18,
        labelFont: font,
        size: 60,
        values: (_, at) => at.map(format),
      },
    ],
    series: [
      {},
      ...names.flatMap((name, at): UPlot.Series[] => [
        {
          label: name,
          stroke: faint(COLOURS[at], "88"),
          paths: () => null,
          points: { show: true, size: 4, fill: faint(COLOURS[at], "88") },
        },
        { label: `${name}, mean`, stroke: colour(COLOURS[at]), width: 2, points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
      ]),
    ],
    bands: names.map((_, at) => ({
      series: [1 + SERIES * at + 2, 1 + SERIES * at + 3],
      fill: faint(COLOURS[at], "26"),
    })),
  };
}

/** What a chart says to who does not see it. */
function spoken(
  curves: readonly Curve[],
  measure: string,
  valueOf: (step: Step) => number,
  format: (value: number) => string,
): string {
  const said = curves.map(({ name, steps }) => {
    const [first, last] = [steps[0], steps.at(-1)];
    if (first === undefined || last === undefined) return `${name} has no step yet`;
    return `${name} from ${format(valueOf(first))} at step ${first.step} to ${format(valueOf(last))} at step ${last.step}`;
  });
  return `${measure} by step: ${said.join("; ")}`;
}
