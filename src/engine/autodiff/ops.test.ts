/** Every operation, forward and derivative, run by ONNX Runtime against float64 numbers of scripts/reference/ops.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromBlocks, fromHalf, fromInt8, input, linearInt8 } from "../graph/build.ts";
import { type Value, createValue } from "../graph/graph.ts";
import { type Op, type OpAttributes, opArity, sizeOf } from "../graph/op.ts";
import { type Feed, Session } from "../runtime/session.ts";
import { Rng } from "../../base/rng.ts";
import { int8Feeds, int8Inputs } from "../int8.ts";
import { isInt8Exact } from "../speed.ts";
import { backward } from "./backward.ts";
import { vjpRules } from "./vjp.ts";

type Case = {
  readonly op: Op;
  readonly attributes: OpAttributes[Op];
  readonly inputs: readonly { readonly shape: number[]; readonly values: number[] }[];
  readonly dy: number[];
  readonly shape: number[];
  readonly y: number[];
  readonly grads: readonly (number[] | null)[];
};

const cases = JSON.parse(readFileSync("test/fixtures/reference/ops.json", "utf8")) as Case[];
/** Leaves have no inputs to be differentiated by; they are tested below. */
const LEAVES: readonly Op[] = ["input", "scalar", "fromHalf", "fromBlocks", "fromInt8"];
/** Rounds what it multiplies, so that it has laws of its own below. */
const ROUNDING: readonly Op[] = ["linearInt8"];
/** Relative L2 distance; float32 has 6e-8 an operation. */
const TOLERANCE = 1e-5;

test("there is a case for every operation of the list", () => {
  const tested = new Set([...cases.map(({ op }) => op), ...LEAVES, ...ROUNDING]);
  expect(Object.keys(opArity).filter((op) => !tested.has(op as Op))).toEqual([]);
});

describe.each(cases.map((entry, i) => ({ ...entry, title: `${entry.op} #${i}` })))(
  "$title",
  (entry) => {
    const inputs = entry.inputs.map(({ shape }, i) => input(`in.${i}`, shape));
    const y = createValue(entry.op, inputs, entry.attributes);
    const feeds = Object.fromEntries([
      ["dy", new Float32Array(entry.dy)],
      ...entry.inputs.map(({ values }, i) => [`in.${i}`, new Float32Array(values)]),
    ]);

    test("forward", async () => {
      expect(y.shape).toEqual(entry.shape);
      expect(distance((await evaluate({ y }, feeds)).y, entry.y)).toBeLessThan(TOLERANCE);
    });

    test("derivative", async () => {
      const wanted = entry.grads.flatMap((grad, i) => (grad === null ? [] : [{ grad, i }]));
      const gradients = backward(
        [{ value: y, cotangent: input("dy", y.shape) }],
        wanted.map(({ i }) => inputs[i]),
      );
      const named = Object.fromEntries(gradients.map((gradient, k) => [`d.${k}`, gradient]));
      const results = await evaluate(named, feeds);
      wanted.forEach(({ grad, i }, k) => {
        expect(gradients[k].shape).toEqual(entry.inputs[i].shape);
        expect(distance(results[`d.${k}`], grad), `input ${i}`).toBeLessThan(TOLERANCE);
      });
    });
  },
);

test("16-bit floats become the numbers that their bits stand for", async () => {
  const outputs = {
    bfloat: fromHalf(input("bfloatBits", [3], "u16"), "bf16"),
    half: fromHalf(input("halfBits", [3], "u16"), "f16"),
  };
  const feeds = {
    bfloatBits: Uint16Array.of(0x3f80, 0xbfc0, 0x4049),
    halfBits: Uint16Array.of(0x3c00, 0xbe00, 0x0001),
  };
  const { bfloat, half } = await evaluate(outputs, feeds);
  expect([...bfloat]).toEqual([1, -1.5, 3.140625]);
  expect([...half]).toEqual([1, -1.5, 2 ** -24]);
});

test("blocks become code · scale + minimum", async () => {
  const codes = input("codes", [2, 4], "i8");
  const [scales, minimums] = ["scales", "minimums"].map((name) => input(name, [2, 2]));
  const outputs = { both: fromBlocks(codes, scales, minimums), scaled: fromBlocks(codes, scales) };
  const { both, scaled } = await evaluate(outputs, {
    codes: Int8Array.of(1, 2, -3, 4, 5, 6, 7, -128),
    scales: Float32Array.of(0.5, 2, 1, 0.25),
    minimums: Float32Array.of(1, 0, -1, 3),
  });
  expect([...both]).toEqual([1.5, 2, -6, 8, 4, 5, 4.75, -29]);
  expect([...scaled]).toEqual([0.5, 1, -6, 8, 5, 6, 1.75, -32]);
});

const isExact = await isInt8Exact(1);

describe.skipIf(!isExact)(
  "products of 8-bit integers (need a processor that adds them without overflow)",
  () => {
    const [rows, inSize, outSize] = [5, 96, 40];
    const rng = new Rng(1);
    const draw = (count: number, size: number) =>
      Float32Array.from({ length: count }, () => rng.int(-size, size));
    /** Whole numbers whose rows (and, for weights, columns) reach ±127: eight bits hold them exactly. */
    const wholeRows = (count: number, width: number) =>
      draw(count * width, 127).map((value, i) => (i % width === 0 ? 127 : value));
    const weights = wholeRows(outSize, inSize).map((value, i) => (i < inSize ? 127 : value));
    const shape = [outSize, inSize];
    const matrix = int8Inputs("w", shape);
    const feeds = int8Feeds("w", weights, shape);
    const x = input("x", [rows, inSize]);
    const y = linearInt8(x, matrix);
    const [dx] = backward([{ value: y, cotangent: input("dy", y.shape) }], [x]);
    const exact = (a: Float32Array, b: Float32Array, inner: number, isTransposed: boolean) =>
      Array.from({ length: (a.length / inner) * (b.length / inner) }, (_, i) => {
        const columns = b.length / inner;
        const [row, column] = [Math.floor(i / columns), i % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += a[row * inner + k] * b[isTransposed ? column * inner + k : k * columns + column];
        return sum;
      });

    test("are exact, forward and in the gradient, where eight bits hold rows and weights", async () => {
      const [values, dy] = [wholeRows(rows, inSize), wholeRows(rows, outSize)];
      const results = await evaluate({ y, dx }, { ...feeds, x: values, dy });
      expect(distance(results.y, exact(values, weights, inSize, true))).toBeLessThan(1e-6);
      expect(distance(results.dx, exact(dy, weights, outSize, false))).toBeLessThan(1e-6);
    });

    test("round each row by its own size: a large one costs its neighbours nothing, zeros stay zeros", async () => {
      const values = draw(rows * inSize, 1000).map(
        (value, i) => value * 10 ** (Math.floor(i / inSize) - 2),
      );
      values.fill(0, 0, inSize);
      const results = await evaluate({ y }, { ...feeds, x: values });
      const wanted = exact(values, weights, inSize, true);
      expect([...results.y.subarray(0, outSize)]).toEqual(wanted.slice(0, outSize));
      for (let row = 1; row < rows; row++)
        expect(
          distance(
            results.y.subarray(row * outSize),
            wanted.slice(row * outSize, (row + 1) * outSize),
          ),
        ).toBeLessThan(0.01);
    });

    test("hold the matrix itself", async () => {
      const { w } = await evaluate({ w: fromInt8(matrix) }, feeds);
      expect([...w]).toEqual([...weights]);
    });
  },
);

test("leaves have no derivative, everything else has", () => {
  const without = Object.entries(vjpRules).filter(([, rule]) => rule === "none");
  expect(without.map(([op]) => op)).toEqual(LEAVES);
});

async function evaluate(
  outputs: Readonly<Record<string, Value>>,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, Float32Array>> {
  const session = await Session.create({ outputs }, { threads: 1 });
  const results = Object.fromEntries(
    Object.entries(outputs).map(([name, { shape }]) => [name, new Float32Array(sizeOf(shape))]),
  );
  await session.run(feeds, results);
  await session.close();
  return results;
}

function distance(values: ArrayLike<number>, wanted: readonly number[]): number {
  const difference = Math.hypot(...wanted.map((value, i) => value - values[i]));
  return difference / Math.max(Math.hypot(...wanted), 1e-30);
}
