/** From a graph to the ONNX graph that computes it. Equal nodes and constants become one. Knows no session. */
import type { OnnxGraph, OnnxNode, OnnxTensor } from "../../format/onnx.ts";
import { type Graph, type Value, checkGraph, inputsOf, valuesOf } from "../graph/graph.ts";
import type { Op } from "../graph/op.ts";
import { type OnnxEmitter, type OnnxRules, onnxRules } from "./onnx-rules.ts";

/** BitCast, the way to feed bfloat16, came with version 26. */
const OPSETS = { "": 26, "com.microsoft": 1 };

/** The ONNX graph of a graph; its inputs and outputs keep their names. */
export function lowerToOnnx(graph: Graph): OnnxGraph {
  checkGraph(graph);
  const { emit, nodes, initializers } = createEmitter();
  const names = new Map<Value, string>();
  const nameOf = (value: Value) => names.get(value) ?? "";
  for (const value of valuesOf(Object.values(graph.outputs)))
    names.set(value, applyRule(emit, value, value.inputs.map(nameOf)));
  const outputs = Object.entries(graph.outputs).map(([name, value]) => {
    nodes.push({ opType: "Identity", inputs: [nameOf(value)], outputs: [name] });
    return { name, dataType: "f32" as const, shape: value.shape };
  });
  const inputs = inputsOf(graph).map(({ attributes }) => attributes);
  return { nodes, initializers, inputs, outputs, opsets: OPSETS };
}

function applyRule<O extends Op>(
  emit: OnnxEmitter,
  value: Value & { op: O },
  inputs: readonly string[],
): string {
  const rule: OnnxRules[O] = onnxRules[value.op];
  // TypeScript cannot see that a value of operation O is what the rule of O takes.
  return (rule as (emit: OnnxEmitter, value: Value, inputs: readonly string[]) => string)(
    emit,
    value,
    inputs,
  );
}

function createEmitter() {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const made = new Map<string, string>();
  const once = (key: string, make: (name: string) => void): string => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const name = `v${made.size}`;
    made.set(key, name);
    make(name);
    return name;
  };
  const constant = (
    dataType: "f32" | "i64",
    values: Float32Array | BigInt64Array,
    shape: readonly number[],
  ) =>
    once(`${dataType}[${shape}] ${values.join()}`, (name) =>
      initializers.push({ name, dataType, shape, bytes: new Uint8Array(values.buffer) }),
    );
  const emit: OnnxEmitter = {
    node: (opType, inputs, attributes = {}, domain = "") =>
      once(`${opType}(${inputs.join()}) ${JSON.stringify(attributes)}`, (name) =>
        nodes.push({ opType, domain, inputs, outputs: [name], attributes }),
      ),
    float: (value) => constant("f32", new Float32Array([value]), []),
    integers: (values, shape = [values.length]) =>
      constant("i64", BigInt64Array.from(values, BigInt), shape),
  };
  return { emit, nodes, initializers };
}
