/**
 * Values and graphs. A value is an operation applied to other values; a graph is a set of named outputs, and what they
 * do not reach does not exist (so there is nothing dead to remove). Values never change: a rewrite makes new ones.
 */
import { assert } from "../../base/errors.ts";
import {
  type Op,
  type OpAttributes,
  type Shape,
  type ShapeRules,
  equalShapes,
  opArity,
  shapeRules,
} from "./op.ts";

/** Distributes over the operations, so that `value.op` tells the type of `value.attributes`. */
export type Value = {
  [O in Op]: {
    readonly op: O;
    readonly inputs: readonly Value[];
    readonly attributes: OpAttributes[O];
    readonly shape: Shape;
  };
}[Op];

export type Graph = { readonly outputs: Readonly<Record<string, Value>> };

/** A new value; its shape follows from its inputs. */
export function createValue<O extends Op>(
  op: O,
  inputs: readonly Value[],
  attributes: OpAttributes[O],
): Value {
  const rule: ShapeRules[O] = shapeRules[op];
  const shape = rule(attributes, ...inputs.map((input) => input.shape));
  // The cast says what the parameters say already: op and attributes belong together.
  return { op, inputs, attributes, shape } as Value;
}

/** All values that the outputs reach, each after its inputs. */
export function valuesOf(outputs: Iterable<Value>): Value[] {
  const order: Value[] = [];
  const state = new Map<Value, "open" | "done">();
  const visit = (value: Value): void => {
    if (state.get(value) === "done") return;
    assert(!state.has(value), `a ring of values through ${value.op}`);
    state.set(value, "open");
    value.inputs.forEach(visit);
    state.set(value, "done");
    order.push(value);
  };
  for (const output of outputs) visit(output);
  return order;
}

/** The named inputs of a graph in the order in which they are first used. */
export function inputsOf(graph: Graph): Extract<Value, { op: "input" }>[] {
  return valuesOf(Object.values(graph.outputs)).filter((value) => value.op === "input");
}

/**
 * Rebuilds what the outputs reach: `replace` gives another value for a value whose inputs are rebuilt already, or
 * undefined to keep it. The returned function finds the new value of an old one.
 */
export function rewrite(
  outputs: Iterable<Value>,
  replace: (rebuilt: Value, original: Value) => Value | undefined,
): (value: Value) => Value {
  const rebuilt = new Map<Value, Value>();
  for (const value of valuesOf(outputs)) {
    const inputs = value.inputs.map((input) => rebuilt.get(input) ?? input);
    const isSame = inputs.every((input, i) => input === value.inputs[i]);
    const copy = isSame ? value : createValue(value.op, inputs, value.attributes);
    rebuilt.set(value, replace(copy, value) ?? copy);
  }
  return (value) => rebuilt.get(value) ?? value;
}

/**
 * Checks what every pass must leave intact: known operations with the right number of inputs, shapes as the rules give
 * them, positive sizes, and one meaning for each input name. Throws an internal error otherwise.
 */
export function checkGraph(graph: Graph): Graph {
  assert(Object.keys(graph.outputs).length > 0, "a graph without outputs");
  const named = new Map<string, Value>();
  for (const value of valuesOf(Object.values(graph.outputs))) {
    const arity = opArity[value.op];
    assert(arity !== undefined, `unknown operation ${value.op}`);
    const count = value.inputs.length;
    assert(arity === "any" ? count > 0 : count === arity, `${value.op} with ${count} inputs`);
    assert(
      equalShapes(createValue(value.op, value.inputs, value.attributes).shape, value.shape),
      `${value.op} with shape [${value.shape}]`,
    );
    assert(
      value.shape.every((size) => Number.isInteger(size) && size > 0),
      `${value.op} with shape [${value.shape}]`,
    );
    if (value.op !== "input") continue;
    const { name } = value.attributes;
    assert((named.get(name) ?? value) === value, `two inputs named ${name}`);
    assert(graph.outputs[name] === undefined, `an input and an output named ${name}`);
    named.set(name, value);
  }
  return graph;
}
