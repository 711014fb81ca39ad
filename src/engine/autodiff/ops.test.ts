/** Every operation, forward and derivative, run by ONNX Runtime against float64 numbers of scripts/reference/ops.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fromBlocks, fromHalf, input } from "../graph/build.ts";
import { type Value, createValue } from "../graph/graph.ts";
import { type Op, type OpAttributes, opArity, sizeOf } from "../graph/op.ts";
import { type Feed, Session } from "../runtime/session.ts";
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
const LEAVES: readonly Op[] = ["input", "scalar", "fromHalf", "fromBlocks"];
/** Relative L2 distance; float32 has 6e-8 an operation. */
const TOLERANCE = 1e-5;

test("there is a case for every operation of the list", () => {
  const tested = new Set([...cases.map(({ op }) => op), ...LEAVES]);
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
