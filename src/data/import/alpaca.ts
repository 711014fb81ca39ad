/** Alpaca: {instruction, input, output}. The question stands in the one or the other, beside the task or the schema. */
import { hasDdl, questionIn } from "./prompt-text.ts";
import { type Form, given, hasTexts, textOf } from "./record.ts";

/** Alpaca: instruction, input, output. */
export const alpacaForm: Form = {
  help: "Alpaca: {instruction, input, output}",
  matches: (fields) => hasTexts(fields, "instruction", "output"),
  read: (fields) => [
    {
      question: questionOf(textOf(fields, "instruction").trim(), textOf(fields, "input").trim()),
      answer: textOf(fields, "output"),
      ...given({ id: textOf(fields, "id") }),
    },
  ],
};

/** The input, unless it is the schema of a question that is the instruction. */
function questionOf(instruction: string, input: string): string {
  const isSchema = hasDdl(input) && !instruction.includes("\n");
  const isAsked = instruction.endsWith("?") && !input.endsWith("?");
  return questionIn(input === "" || isSchema || isAsked ? instruction : input);
}
