/** Models that we write, read and run by ONNX Runtime. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { type OnnxGraph, type OnnxTensor, encodeOnnx } from "./onnx.ts";

const OPSETS = { "": 21, "com.microsoft": 1 };
const integers = (name: string, values: readonly bigint[]): OnnxTensor => ({
  name,
  dataType: "i64",
  shape: [values.length],
  bytes: new Uint8Array(BigInt64Array.from(values).buffer),
});

async function run(graph: OnnxGraph, x: readonly number[]): Promise<number[]> {
  const session = await InferenceSession.create(encodeOnnx(graph));
  const { y } = await session.run({ x: new Tensor("float32", [...x], graph.inputs[0].shape) });
  await session.release();
  return [...(y.data as Float32Array)];
}

test("every kind of attribute, constants and both operator sets arrive", async () => {
  const graph: OnnxGraph = {
    nodes: [
      {
        opType: "Transpose",
        inputs: ["x"],
        outputs: ["t"],
        attributes: { perm: { ints: [1, 0] } },
      },
      {
        opType: "LeakyRelu",
        inputs: ["t"],
        outputs: ["l"],
        attributes: { alpha: { float: 0.25 } },
      },
      { opType: "Concat", inputs: ["t", "l"], outputs: ["c"], attributes: { axis: { int: -1 } } },
      { opType: "Slice", inputs: ["c", "starts", "ends", "axes"], outputs: ["s"] },
      {
        opType: "QuickGelu",
        domain: "com.microsoft",
        inputs: ["s"],
        outputs: ["y"],
        attributes: { alpha: { float: 1000 } },
      },
    ],
    initializers: [
      integers("starts", [-3n]),
      integers("ends", [9_000_000_000n]),
      integers("axes", [1n]),
    ],
    inputs: [{ name: "x", dataType: "f32", shape: [2, 2] }],
    outputs: [{ name: "y", dataType: "f32", shape: [2, 3] }],
    opsets: OPSETS,
  };
  // Columns of [x₀₀ x₁₀ | leaky] without the first; with alpha 1000 the last operator keeps what is positive.
  expect(await run(graph, [1, -2, -4, 8])).toEqual([-0, 1, -0, 8, -0, 8]);
});

test("names, tensors and graphs longer than a length byte holds", async () => {
  const count = 300;
  const values = Float32Array.from({ length: count }, (_, i) => i / 7);
  const long = "value".repeat(60);
  const names = Array.from({ length: 200 }, (_, i) => `${long}${i}`);
  const graph: OnnxGraph = {
    nodes: [
      { opType: "Add", inputs: ["x", "bias"], outputs: [names[0]] },
      ...names
        .slice(1)
        .map((name, i) => ({ opType: "Identity", inputs: [names[i]], outputs: [name] })),
      { opType: "Identity", inputs: [names[199]], outputs: ["y"] },
    ],
    initializers: [
      { name: "bias", dataType: "f32", shape: [count], bytes: new Uint8Array(values.buffer) },
    ],
    inputs: [{ name: "x", dataType: "f32", shape: [count] }],
    outputs: [{ name: "y", dataType: "f32", shape: [count] }],
    opsets: OPSETS,
  };
  expect(
    await run(
      graph,
      Array.from({ length: count }, () => 0),
    ),
  ).toEqual([...values]);
});
