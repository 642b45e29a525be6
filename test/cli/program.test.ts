import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../src/cli/host.js";
import { makeProgram } from "../../src/cli/program.js";
import { type Desk, openNotesDesk } from "./desk.js";

const SERVER = fileURLToPath(new URL("../mcp/upstream/fixtureServer.mjs", import.meta.url));
const READ_GRAPH = { name: "read_graph", inputSchema: { type: "object" } };

/** The program, with what it writes; its commands only note that they were reached. */
function dryProgram() {
  const written: string[] = [];
  const reached: string[] = [];
  const stdout = { write: (text: string) => written.push(text) };
  const host = { stdin: new PassThrough(), stdout, stderr: stdout } as unknown as Host;
  const program = makeProgram(host, { finish: () => {}, complain: (text) => written.push(text) });
  const commands = leaves(program, "hall");
  for (const { command, path } of commands) command.action(() => void reached.push(path));
  return { program, commands, written, reached };
}

type Placed = { readonly command: Command; readonly path: string };

function leaves(command: Command, path: string): readonly Placed[] {
  const below = command.commands.flatMap((one) => leaves(one, `${path} ${one.name()}`));
  return below.length === 0 || path === "hall mcp" ? [{ command, path }, ...below] : below; // it serves, and groups
}

/** The example lines of every help, groups' too, with the command whose help shows them. */
function examples(): readonly (readonly [line: string, path: string])[] {
  const { program, written } = dryProgram();
  const all = (command: Command, path: string): readonly Placed[] => [
    { command, path },
    ...command.commands.flatMap((below) => all(below, `${path} ${below.name()}`)),
  ];
  return all(program, "hall").flatMap(({ command, path }) => {
    written.length = 0;
    command.outputHelp();
    const lines = written.join("").match(/^ {2}\$ .*$/gm) ?? [];
    return lines.map((line) => [line.slice("  $ ".length), path] as const);
  });
}

/** Words as a shell splits them. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

describe("the examples of help", () => {
  test("there is one for every command, of that command", () => {
    const taught = new Set(examples().map(([, path]) => path));
    for (const { path } of dryProgram().commands) expect([...taught]).toContain(path);
    for (const [line, path] of examples()) expect(`${line} `).toContain(`${path} `);
  });

  test.each(examples())("%s parses", async (line) => {
    const { program, reached } = dryProgram();
    const [hall, ...argv] = words(line);
    expect(hall).toBe("hall");
    await program.parseAsync(argv, { from: "user" });
    expect(reached).toHaveLength(1);
    expect(`${line} `).toContain(`${reached[0]} `);
  });

  describe("run", () => {
    let desk: Desk;
    const real: Record<string, string> = {};
    beforeAll(async () => {
      desk = await openNotesDesk();
      await mkdir(join(desk.dir, "skills"));
      await cp(join(desk.dir, "notes"), join(desk.dir, "skills/notes"), { recursive: true });
      await writeFile(join(desk.dir, "note.json"), '{"text":"buy tea"}');
      await writeFile(join(desk.dir, "memory.json"), JSON.stringify({ tools: [READ_GRAPH] }));
      await desk.hall("mcp", "add", "memory", "--yes", "--", process.execPath, SERVER, "memory.json");
      const { document: held } = await desk.json("skill", "run", "add_note", "--input", "@note.json");
      const { document: list } = await desk.json("skill", "list");
      await writeFile(join(desk.dir, "acme.pub"), list.skills[0].signer);
      Object.assign(real, {
        ID: held.approval_id,
        "3f1c…": held.approval_id,
        "sha256:HEX": `sha256:${list.skills[0].artifact_digest}`,
        "/path/to/project": desk.dir,
      });
    });
    afterAll(() => desk.close());

    /** These go on until somebody stops them. */
    const isEndless = (line: string) => /^hall (?:dev skills\/notes$|audit tail|approvals serve)/.test(line);
    /**
     * These fetch a package or ask another machine, and commands/mcp.test.ts runs them with a server of its own; or
     * they need a program that has called a tool, and lifecycle/hostTools.test.ts has one.
     */
    const isElsewhere = (line: string) => /^hall (?:mcp add|tool accept) /.test(line);

    test("is understood, down to its last argument", { timeout: 240_000 }, async () => {
      const said: string[] = [];
      for (const line of new Set(examples().map(([line]) => line))) {
        if (isEndless(line) || isElsewhere(line)) continue;
        const argv = words(line)
          .slice(1)
          .map((word) => real[word] ?? word);
        const { code, stdout, stderr } = await desk.hall(...argv);
        if (code === 64 || /^(USAGE|BAD_ARGUMENT|INTERNAL|NOT_FOUND): /m.test(stdout + stderr))
          said.push(`${line}\n${stdout}${stderr}`);
      }
      expect(said).toEqual([]);
    });
  });
});
