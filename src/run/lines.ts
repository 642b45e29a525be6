/** The longest line that is kept; the rest of it is dropped. */
const MAX_LINE = 2_000;

/** Cuts bytes in any chunking into lines of well-formed text, without empty ones. `end` gives the unfinished last one. */
export function cutLines(onLine: (line: string) => void): { push(chunk: Uint8Array): void; end(): void } {
  const decoder = new TextDecoder();
  let rest = "";
  const emit = (line: string) => {
    const text = line.trimEnd();
    if (text !== "") onLine(text.slice(0, MAX_LINE).toWellFormed());
  };
  return {
    push(chunk) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = (lines.pop() ?? "").slice(0, MAX_LINE + 1);
      for (const line of lines) emit(line);
    },
    end() {
      emit(rest);
      rest = "";
    },
  };
}
