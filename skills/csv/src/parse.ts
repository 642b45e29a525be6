/** A table of texts: its columns by name, and every row as long as they are. */
export type Table = { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };

/**
 * Reads CSV as RFC 4180 has it: quotes around what holds separators, quotes or line breaks, and two quotes for one.
 * The first line names the columns; the separator is the comma, semicolon or tab that is in it most often. Throws Error
 * with the line of what is wrong.
 */
export function parseCsv(text: string): Table {
  const source = text.replace(/^\u{FEFF}/u, "");
  const [columns, ...rows] = readLines(source, separatorOf(source));
  if (columns === undefined) throw new Error("line 1: there is no line with the columns' names");
  const names = columns.cells.map((name, i) => name.trim() || `column ${i + 1}`);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`line 1: two columns have one name: ${twice}`);
  for (const { cells, line } of rows) {
    if (cells.length === names.length) continue;
    throw new Error(`line ${line}: ${cells.length} cells, where the first line has ${names.length}`);
  }
  return { columns: names, rows: rows.map(({ cells }) => cells) };
}

function separatorOf(text: string): string {
  const [first = ""] = text.split(/\r?\n/, 1);
  const counts = [",", ";", "\t"].map((mark) => [mark, first.split(mark).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

type Line = { readonly cells: readonly string[]; readonly line: number };

function readLines(text: string, separator: string): Line[] {
  const lines: Line[] = [];
  let [cells, cell, quoted, line, begun] = [[] as string[], "", false, 1, 1];
  const endCell = () => {
    cells.push(cell);
    cell = "";
  };
  const endLine = () => {
    endCell();
    if (cells.length > 1 || cells[0] !== "") lines.push({ cells, line: begun });
    [cells, begun] = [[], line];
  };
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "\n") line += 1;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text.charAt(++i);
      else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === separator) endCell();
    else if (character === "\n") endLine();
    else if (character !== "\r" || text[i + 1] !== "\n") cell += character;
  }
  if (quoted) throw new Error(`line ${begun}: a quote that doesn't end`);
  endLine();
  return lines;
}
