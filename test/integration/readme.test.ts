import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { compileRules } from "../../src/decide/rules.js";
import { governed } from "../../src/hall/governed.js";
import { sayOutcome } from "../../src/hall/said.js";
import type { JsonObject } from "../../src/protocol/canonical.js";
import { configKeys } from "../../src/protocol/config.js";
import { HOST_SPECIES, toolsFileKeys } from "../../src/protocol/foreign.js";
import { HANDLER_MODULES } from "../../src/protocol/modules.js";
import { DATA_LABELS, ENVS, RISK_TIERS, TENANT_RISKS } from "../../src/protocol/request.js";
import { DEFAULT_ESCALATION, DEFAULT_PRECONDITIONS, MATCH_FIELDS } from "../../src/protocol/rule.js";
import { AUDIT_EVENTS, manifestKeys } from "../../src/protocol/skill.js";
import { SUPERVISOR_LEVELS } from "../../src/protocol/supervisor.js";
import { openTestHall } from "../../src/testing/openTestHall.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A model.mjs for each framework: its own fake. */
const MODELS = [
  ["langchain", new URL("./readme/langchain/model.mjs", import.meta.url)],
  ["vercel-ai", new URL("./readme/vercel-ai/model.mjs", import.meta.url)],
] as const;

type Block = { readonly language: string; readonly text: string; readonly file: string | undefined };

/** The fenced blocks of a page, in order, with their language and the file as which a test runs them. */
function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/(?:<!-- test: (\S+) -->\n)?```(\w*)\n([\s\S]*?)```/g)].map(
    ([, file, language = "", body = ""]) => ({ language, text: body, file }),
  );
}

/** Commands that install or test the clone itself: .ci/run runs them, since no test can run itself. */
const OF_THE_CLONE = ["npm ci && npm run demo\n", "npm ci && npm test\n"];

/** As strict as a program of one's own may be. */
const STRICT = [
  "--strict",
  "--exactOptionalPropertyTypes",
  "--noUncheckedIndexedAccess",
  "--noEmit",
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

/** What the tour's project gets from npm beside the Hall, here without a network. */
const PACKAGES = ["@modelcontextprotocol", "langchain", "@langchain", "ai"];

/** The public server that `npx` would download. Its memory is kept where the test is. */
const NPX = `#!/bin/sh
[ "$*" = "-y @modelcontextprotocol/server-memory" ] || exit 1
export MEMORY_FILE_PATH="$HOME/memory.jsonl"
exec node ${join(root, "node_modules/@modelcontextprotocol/server-memory/dist/index.js")}
`;

/** Programs that are also TypeScript, as strict as may be. */
const TYPED = ["people.mjs", "program.mjs", "server.mjs", "trial.mjs"];

/** What the page has the reader do in words before people.mjs, and a call that is held. */
const ALICE = `
alice=$(hall key make alice.pem)
node -e 'const config = JSON.parse(fs.readFileSync(".hall/config.json"));
config.approvers.push({ id: "alice", key: process.argv[1] });
fs.writeFileSync(".hall/config.json", JSON.stringify(config));' "$alice"
hall apply --yes
hall skill run add_note --input '{"text":"call Bob"}' || true`;

/** Around a program, by its file: what comes before it, and what can be done only after it. */
const AROUND: Readonly<Record<string, readonly [string, string]>> = {
  "people.mjs": [ALICE, `hall skill run add_note --input '{"text":"call Bob"}'`],
};

/** A program of the page as the reader would save and run it. */
function runProgram(file: string, text: string): string {
  const save = (name: string) => `mkdir -p ${dirname(name)} && cat > ${name} <<'PROGRAM'\n${text}PROGRAM`;
  const typed = file.replace(/\.mjs$/, ".mts");
  const tsc = `node ${join(root, "node_modules/typescript/bin/tsc")} ${STRICT.join(" ")} ${typed}`;
  const run = `node ${file}`;
  const said = file.startsWith("server.") ? `printf '%s\\n' '${MESSAGES.join("' '")}' | ${run}` : run;
  const [before = "", after = ""] = AROUND[file] ?? [];
  const check = TYPED.includes(file) ? [save(typed), tsc] : [];
  return [...check, save(file), before, `echo "== ${file}"`, said, after].join("\n");
}

/** What a block has the reader do. Other blocks are to be looked at. */
function commandsOf({ language, text, file }: Block): string {
  if (file !== undefined) return runProgram(file, text);
  if (language !== "sh") return "";
  const commands = text.replace("npm run build", "npm run --silent build");
  if (!commands.includes("npm link wcp-hall")) return commands;
  const links = PACKAGES.map((name) => `ln -s ${join(root, "node_modules", name)} node_modules/${name}`);
  const models = MODELS.map(([name, url]) => `mkdir ${name} && cp ${fileURLToPath(url)} ${name}`);
  return [`(${commands.trim()}) >&2`, ...links, ...models].join("\n");
}

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

  test("shows MCP, LangChain and the AI SDK side by side, each in at most 12 lines", () => {
    const agents = blocks.filter(({ file }) => file?.endsWith("/agent.mjs"));
    expect(agents.map(({ file }) => dirname(file ?? ""))).toEqual(["mcp", "langchain", "vercel-ai"]);
    for (const { text } of agents) expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(12);
  });

  test("works as written, from the first command of the tour to the last", async () => {
    const clone = join(scratch, "wcp-hall");
    cloneTo(clone);
    const script = ["set -euo pipefail", ...blocks.slice(2).map(commandsOf)].join("\n");
    const prefix = join(scratch, "prefix");
    for (const dir of ["lib", "bin"]) mkdirSync(join(prefix, dir), { recursive: true });
    writeFileSync(join(prefix, "bin", "npx"), NPX, { mode: 0o755 });
    const env = {
      PATH: `${join(prefix, "bin")}:${process.env["PATH"]}`,
      HOME: scratch,
      NO_COLOR: "1",
      GIT_AUTHOR_NAME: "n",
      GIT_AUTHOR_EMAIL: "e",
      GIT_COMMITTER_NAME: "n",
      GIT_COMMITTER_EMAIL: "e",
      npm_config_prefix: prefix,
      npm_config_offline: "true",
      npm_config_update_notifier: "false",
    };
    const { stdout } = await promisify(execFile)("bash", ["-c", script], {
      cwd: clone,
      env,
      timeout: 240_000,
    }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    });
    for (const seen of ["held: exit code 3", "denied: exit code 2", "memory__read_graph", "first use"]) {
      expect(stdout).toContain(seen);
    }
    const said = (file: string) => stdout.split(`== ${file}\n`)[1]?.split("\n== ")[0] ?? "";
    expect(said("mcp/agent.mjs")).toContain('answered {"hits":[]}');
    expect(said("langchain/agent.mjs")).toMatch(/human .*\nai \ntool \{"hits":\[\]\}\nai There is none\./);
    expect(said("vercel-ai/agent.mjs")).toContain("{ hits: [] } There is none.");
    expect(said("function.mjs")).toContain("Rain in Bergen");
    expect(said("people.mjs")).toMatch(/add_note \{"text":"call Bob"\}\n\{\n {2}"/); // asked, then run once
    expect(said("program.mjs")).toContain("done { hits: [ 'buy tea' ] }");
    expect(said("server.mjs")).toContain('{"name":"search_notes",');
    const left = execFileSync("git", ["status", "--porcelain"], { cwd: clone }).toString();
    expect(left).toBe(""); // whoever follows the tour has nothing in the clone that wasn't there
  }, 300_000);
});

describe("the README's rules", () => {
  const shown = blocksOf("README.md")
    .filter(({ language, text }) => language === "json" && text.includes("rule_id"))
    .map(({ text }): { rules?: unknown[] } => JSON.parse(text))
    .map((json) => ({ rules: json.rules ?? [json] }));

  test("are rules", () => {
    expect(shown).toHaveLength(2);
    for (const list of shown) expect(compileRules(list.rules).rules).not.toContain(null);
  });

  test.each([
    ["with the one it shows a function runs", shown, "done"],
    ["without it a caller reads that there is no such tool", [], "denied"],
  ])("%s", async (_, lists, kind) => {
    const rules = lists.flatMap((list) => list.rules) as JsonObject[];
    const { gate, close } = await openTestHall({ rules });
    onTestFinished(close);
    const forecast = governed(gate(), "cap.int.api.call", () => "Rain", { name: "forecast" });
    const outcome = await forecast.attempt({});
    expect(outcome.kind).toBe(kind);
    if (outcome.kind !== "denied") return;
    expect(outcome.denial.code).toBe("DENY_UNKNOWN_SKILL");
    expect(sayOutcome(outcome)).toContain("There is no such tool for this caller");
  });
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
    ["config.json", [["hall"], ["approvers", 0], ["channels", 0], ["approvals"]].flatMap(configKeys)],
    ["config.json", [...SUPERVISOR_LEVELS, "command", "args", "env", "url", "headers"]],
    ["rules.json", ["approval", "supervisor_level", HOST_SPECIES]],
    ["tools.json", toolsFileKeys(["tools", 0])],
    ["tools.json", toolsFileKeys(["tools", 0, "definition"])],
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
