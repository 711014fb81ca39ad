/** One key, or one edited line, from a terminal. Knows nothing of what is asked. */
import { createInterface, emitKeypressEvents, type Key } from "node:readline";

export type Terminal = {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
};

/** The name of the next key; "q" for Ctrl-C, Ctrl-D and the terminal's end. */
export function readKey({ input }: Terminal): Promise<string> {
  emitKeypressEvents(input);
  return new Promise((resolve) => {
    const done = (name: string) => {
      input.off("keypress", onKey);
      input.off("end", onEnd);
      input.setRawMode(false);
      input.pause();
      resolve(name);
    };
    const onKey = (text: string | undefined, key: Key) =>
      done(key.ctrl && /^[cd]$/.test(key.name ?? "") ? "q" : (key.name ?? text ?? ""));
    const onEnd = () => done("q");
    input.setRawMode(true);
    input.on("keypress", onKey);
    input.on("end", onEnd);
    input.resume();
  });
}

/** A line that begins as `text` and can be edited; undefined when it is left by Ctrl-C or Ctrl-D. */
export function editLine(
  { input, output }: Terminal,
  title: string,
  text: string,
): Promise<string | undefined> {
  const line = createInterface({ input, output, terminal: true });
  return new Promise((resolve) => {
    let answer: string | undefined;
    line.on("SIGINT", () => line.close());
    line.on("close", () => resolve(answer));
    line.question(title, (written) => {
      answer = written.trim();
      line.close();
    });
    line.write(text);
  });
}
