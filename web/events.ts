/** Server-sent events of a POST, as they come. EventSource knows neither POST nor keys. */
import { unreachable } from "./client.ts";

export type ServerEvent = { readonly event: string; readonly data: string };

/** Raises ApiError when the stream breaks off. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body
    .pipeThrough<string>(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) yield eventOf(block);
    }
  } catch (error) {
    throw error instanceof DOMException ? error : unreachable(error);
  } finally {
    reader.releaseLock();
  }
}

function eventOf(block: string): ServerEvent {
  const values = (name: string) =>
    block
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join("\n");
  return { event: values("event"), data: values("data") };
}
