import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { configKeys } from "../../src/protocol/config.js";
import { HANDLER_MODULES } from "../../src/protocol/modules.js";
import { DATA_LABELS, ENVS, RISK_TIERS, TENANT_RISKS } from "../../src/protocol/request.js";
import { DEFAULT_ESCALATION, DEFAULT_PRECONDITIONS, MATCH_FIELDS } from "../../src/protocol/rule.js";
import { AUDIT_EVENTS, manifestKeys } from "../../src/protocol/skill.js";

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

/** As strict as a program of one's own may be. */
const STRICT = [
  "--strict",
  "--exactOptionalPropertyTypes",
  "--noUncheckedIndexedAccess",
  "--module nodenext",
  "--target es2023",
  "--types node",
  `--typeRoots ${join(root, "node_modules/@types")}`,
];

/** What a client says to a server until it has its tools. */
const MESSAGES = [
  {
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "reader", version: "1" } },
  },
  { method: "notifications/initialized" },
  { id: 2, method: "tools/list" },
].map((message) => JSON.stringify({ jsonrpc: "2.0", ...message }));

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
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=n", "-c", "user.email=e", ...args], { cwd: dir });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "a clone");
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
    const [program, server] = blocks.filter(({ marked }) => marked).map(({ text }) => text);
    script.push("(npm init -y && npm link wcp-hall) >&2"); // as the text before the programs says
    script.push(
      `cat > program.mts <<'PROGRAM'\n${program}PROGRAM`,
      `cat > server.mts <<'PROGRAM'\n${server}PROGRAM`,
    );
    script.push(
      `node ${join(root, "node_modules/typescript/bin/tsc")} ${STRICT.join(" ")} program.mts server.mts`,
    );
    script.push("node program.mjs", `printf '%s\\n' '${MESSAGES.join("' '")}' | node server.mjs`);
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
    const listed = '{"name":"search_notes",';
    for (const seen of ["held: exit code 3", "denied: exit code 2", "done { hits: [ 'buy tea' ] }", listed]) {
      expect(stdout).toContain(seen);
    }
    const left = execFileSync("git", ["status", "--porcelain"], { cwd: clone }).toString();
    expect(left).toBe(""); // whoever follows the tour has nothing in the clone that wasn't there
  }, 300_000);
});

describe("the README's reference", () => {
  const page = readFileSync(join(root, "README.md"), "utf8");
  const part = (title: string) => page.split(/^#+ /m).find((text) => text.startsWith(`${title}\n`)) ?? "";

  test.each<[string, readonly string[]]>([
    [
      "The manifest",
      [[], ["worker"], ["privilege_envelope"], ["limits"], ["blast_radius"], ["tools", 0]].flatMap(
        manifestKeys,
      ),
    ],
    ["The manifest", [...RISK_TIERS, ...ENVS, ...DATA_LABELS, ...AUDIT_EVENTS]],
    ["The handler", HANDLER_MODULES],
    [
      "rules.json",
      [
        ...MATCH_FIELDS,
        ...TENANT_RISKS,
        ...Object.keys(DEFAULT_ESCALATION),
        ...Object.keys(DEFAULT_PRECONDITIONS),
      ],
    ],
    ["config.json", configKeys([]).filter((key) => key !== "$schema")],
    ["config.json", configKeys(["hall"])],
  ])("%s leaves nothing out", (title, names) => {
    const text = part(title);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });

  test("every link within the page leads somewhere", () => {
    const titles = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !titles.includes(link))).toEqual([]);
  });
});
