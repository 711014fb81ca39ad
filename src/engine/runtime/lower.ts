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
  const outputs = Object.entries(graph.outputs).map(([name, { shape }]) => ({
    name,
    dataType: "f32" as const,
    shape,
  }));
  const inputs = inputsOf(graph).map(({ attributes }) => attributes);
  const named = nameOutputs(nodes, Object.entries(graph.outputs), nameOf);
  return { nodes: named, initializers, inputs, outputs, opsets: OPSETS };
}

/**
 * Gives what computes an output the output's name, so that it is written where the caller wants it. An input, or a value
 * that is an output twice, is copied.
 */
function nameOutputs(
  nodes: readonly OnnxNode[],
  outputs: readonly (readonly [string, Value])[],
  nameOf: (value: Value) => string,
): OnnxNode[] {
  const names = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [output, value] of outputs) {
    const name = nameOf(value);
    if (value.op === "input" || names.has(name))
      copies.push({ opType: "Identity", inputs: [names.get(name) ?? name], outputs: [output] });
    else names.set(name, output);
  }
  const rename = (name: string) => names.get(name) ?? name;
  const renamed = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
  return [...renamed, ...copies];
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
    dataType: "f32" | "u8" | "i64",
    values: Float32Array | Uint8Array | BigInt64Array,
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
    byte: (value) => constant("u8", Uint8Array.of(value), []),
    integers: (values, shape = [values.length]) =>
      constant("i64", BigInt64Array.from(values, BigInt), shape),
  };
  return { emit, nodes, initializers };
}
