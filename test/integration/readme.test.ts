import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The fenced blocks of a page, in order, with their language and what stands right before them. */
function blocksOf(page: string): { language: string; text: string; marked: boolean }[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/(<!-- test: program -->\n)?```(\w*)\n([\s\S]*?)```/g)].map(
    ([, mark, language = "", body = ""]) => ({ language, text: body, marked: mark !== undefined }),
  );
}

/** Commands that install or test the clone itself: .ci/run runs them, since no test can run itself. */
const OF_THE_CLONE = ["npm ci && npm run demo\n", "npm ci && npm test\n"];

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "hall-readme-")));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A clone without its history, as a newcomer has it after `npm ci`. */
function cloneTo(dir: string): void {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  for (const file of files
    .toString()
    .split("\n")
    .filter((name) => name !== "")) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    cpSync(join(root, file), join(dir, file));
  }
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
}

describe("the README", () => {
  const blocks = blocksOf("README.md");
  const shell = blocks.filter(({ language }) => language === "sh").map(({ text }) => text);

  test("begins with the two commands that .ci/run runs", () => {
    expect(shell.slice(0, 2)).toEqual(OF_THE_CLONE);
    const ci = readFileSync(join(root, ".ci/run"), "utf8");
    for (const command of [/\bnpm ci;/, /\bnpm test\b/, /\bnpm run --silent demo\b/])
      expect(ci).toMatch(command);
  });

  test("works as written, from the first command of the tour to the last", async () => {
    const clone = join(scratch, "wcp-hall");
    cloneTo(clone);
    const script = [
      "set -euo pipefail",
      ...shell.slice(2).map((text) => text.replace("npm run build", "npm run --silent build")),
    ];
    const program = blocks.find(({ marked }) => marked)?.text ?? "";
    script.push(`cat > program.mjs <<'PROGRAM'\n${program}PROGRAM`, "node program.mjs");
    const prefix = join(scratch, "prefix");
    mkdirSync(join(prefix, "lib"), { recursive: true });
    const env = {
      PATH: `${join(prefix, "bin")}:${process.env["PATH"]}`,
      HOME: scratch,
      NO_COLOR: "1",
      npm_config_prefix: prefix,
      npm_config_offline: "true",
      npm_config_update_notifier: "false",
    };
    const { stdout } = await promisify(execFile)("bash", ["-c", script.join("\n")], {
      cwd: clone,
      env,
      timeout: 240_000,
    }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    });
    for (const seen of ["held: exit code 3", "denied: exit code 2", "done { hits: [ 'buy tea' ] }"]) {
      expect(stdout).toContain(seen);
    }
  }, 300_000);
});
