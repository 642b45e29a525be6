import type { Reach } from "../../lifecycle/reach.js";
import type { ServerConfig } from "../../protocol/foreign.js";
import { VERSION } from "../../protocol/version.js";
import { EXIT } from "../exit.js";
import { Declined, UsageError } from "../failure.js";
import type { Line } from "../line.js";
import type { Run } from "../run.js";
import { addedLines, serverLines } from "../serverLines.js";
import { addVerb, option, type Program } from "../verb.js";

/** `hall mcp add`, `list`, `accept`, `ping` and `remove`: the MCP servers of others behind the gate. */
export function addServers(mcp: Program): void {
  addAdd(mcp);
  addList(mcp);
  addAccept(mcp);
  addPing(mcp);
  addRemove(mcp);
}

type AddWords = {
  readonly url?: string;
  readonly env: readonly string[];
  readonly header: readonly string[];
  readonly capability?: string;
  readonly accept?: "exact" | "text";
  readonly allow?: "dev";
};

function addAdd(mcp: Program): void {
  addVerb<AddWords>(mcp, {
    usage: "add <name> [command...]",
    summary: "put an MCP server behind the gate",
    text: "Starts the server (the words after --) or reaches it (--url), shows the definition of every tool whole, and when you accept writes the server to config.json and the definitions to tools.json, and applies that alone. A tool that changes later is hidden and denied until hall mcp accept. The server gets nothing of this environment but PATH, HOME and the like, and the variables granted with --env. Adding adds no rule, but a rule in force allows every accepted tool of its capability, of whichever server: what could be called at once is said before you are asked. The rule that would allow the rest is printed, and --allow dev proposes and applies it. Each tool's capability, risk and worker can be edited in tools.json; hall apply puts that in force.",
    example:
      "hall mcp add memory -- npx -y @modelcontextprotocol/server-memory\nhall mcp add tracker --url https://tracker.example/mcp --header Authorization=TRACKER_AUTH --allow dev",
    asks: true,
    inForce: true,
    options: [
      option("--url <url>", "a server over Streamable HTTP, instead of a command"),
      repeated("--env <name>", "a variable of this environment that the command may have; repeat for more"),
      repeated(
        "--header <name=variable>",
        "a header whose value is in a variable; with --url, repeat for more",
      ),
      option("--capability <cap>", "what its tools do, by the catalogue (default: cap.int.api.call)"),
      option("--accept <what>", "what may change without a new acceptance: nothing, or text").choices([
        "exact",
        "text",
      ]),
      option("--allow <env>", "also apply the rule that allows them in this env: dev").choices(["dev"]),
    ],
    async run(run, [name = "", ...command], words) {
      const { addServer } = await import("../../lifecycle/addServer.js");
      const { capability, accept, allow } = words;
      const done = await addServer(
        run.workshop,
        {
          name,
          server: serverOf(command, words),
          allow: allow !== undefined,
          ...(capability === undefined ? {} : { capability }),
          ...(accept === undefined ? {} : { accept }),
        },
        await reachOf(run),
      );
      if (!done.accepted) throw new Declined(`${name} wasn't put behind the gate.`);
      run.out.result({ ok: true, ...done }, () => addedLines(done));
      if (!done.allowed && done.rule.length > 0) {
        run.out.note("Nothing allows it yet. This in rules.json would, after hall apply:");
        run.out.note(...JSON.stringify(done.rule, null, 2).split("\n"));
      }
      return EXIT.ok;
    },
  });
}

function addList(mcp: Program): void {
  addVerb(mcp, {
    usage: "list",
    summary: "the servers behind the gate, and whether their tools are as they were accepted",
    text: "Asks each server, and says of each tool whether it is the accepted one, changed and so denied, new or missing, and whether a rule in force allows it or holds each call for a person.",
    example: "hall mcp list",
    inForce: true,
    async run(run) {
      const { listServers } = await import("../../lifecycle/listServers.js");
      const servers = await listServers(run.workshop, await reachOf(run));
      run.out.result({ ok: true, servers }, () => servers.flatMap(serverLines));
      if (servers.length === 0) run.out.note("No MCP server is behind this gate.");
      return EXIT.ok;
    },
  });
}

function addAccept(mcp: Program): void {
  addVerb<{ tool?: string; capability?: string; accept?: "exact" | "text" }>(mcp, {
    usage: "accept <name>",
    summary: "accept what a server says of its tools now",
    text: "Shows new tools whole, and of changed ones what differs, by kind: name, schema, hint, text, or text that hides something; and says first what a rule in force makes callable at once. Accepting pins the new definitions and applies that alone.",
    example: "hall mcp accept memory\nhall mcp accept memory --tool read_graph",
    asks: true,
    inForce: true,
    options: [
      option("--tool <tool>", "only this tool, as the server names it"),
      option("--capability <cap>", "what new tools do (default: as the server's other tools)"),
      option("--accept <what>", "from now on: what may change without a new acceptance").choices([
        "exact",
        "text",
      ]),
    ],
    async run(run, [name = ""], words) {
      const { acceptTools } = await import("../../lifecycle/acceptTools.js");
      const done = await acceptTools(run.workshop, { name, ...words }, await reachOf(run));
      if (!done.accepted) throw new Declined(`${name} stays as it was accepted before.`);
      run.out.result({ ok: true, ...done }, () => [
        done.tools.length === 0
          ? `Nothing about ${name} differs from what was accepted.`
          : [{ style: "green", text: "Accepted " }, `${name}: ${done.tools.join(", ")}`],
        ...done.missing.map((tool): Line => [{ style: "yellow", text: "no longer listed " }, tool]),
        ...done.left_out.map(({ name: tool, why }) => `left out ${tool}: ${why}`),
      ]);
      return EXIT.ok;
    },
  });
}

function addPing(mcp: Program): void {
  addVerb(mcp, {
    usage: "ping <name>",
    summary: "see whether a server answers",
    text: "Starts or reaches the server as a call would, and counts its tools. Runs none.",
    example: "hall mcp ping memory",
    inForce: true,
    async run(run, [name = ""]) {
      const { pingServer } = await import("../../lifecycle/pingServer.js");
      const done = await pingServer(run.workshop, { name }, await reachOf(run));
      run.out.result({ ok: true, ...done }, () => [
        [
          { style: "green", text: "Answers " },
          `${done.name} (${done.at}), ${done.tools === 1 ? "1 tool" : `${done.tools} tools`}`,
        ],
      ]);
      return EXIT.ok;
    },
  });
}

function addRemove(mcp: Program): void {
  addVerb(mcp, {
    usage: "remove <name>",
    summary: "take a server out of this home",
    text: "Takes the server out of config.json and its definitions out of tools.json, and applies that alone. Its tools leave every client's list and its process ends. Rules, records and standing stay.",
    example: "hall mcp remove memory",
    asks: true,
    inForce: true,
    async run(run, [name = ""]) {
      const { removeServer } = await import("../../lifecycle/removeServer.js");
      const done = await removeServer(run.workshop, { name });
      if (!done.accepted) throw new Declined(`${name} stays.`);
      run.out.result({ ok: true, ...done }, () => [[{ style: "green", text: "Removed " }, name]]);
      return EXIT.ok;
    },
  });
}

function repeated(flags: string, description: string) {
  return option(flags, description)
    .default([])
    .argParser((value: string, before: readonly string[]) => [...before, value]);
}

/** A server as the command line names it; lifecycle checks it. */
function serverOf([command, ...args]: readonly string[], { url, env, header }: AddWords): ServerConfig {
  if ((command === undefined) === (url === undefined))
    throw new UsageError(
      "A server is either a command after -- or a --url.",
      "hall mcp add memory -- npx -y @modelcontextprotocol/server-memory",
    );
  if (command !== undefined && header.length === 0) return { command, args: [...args], env: [...env] };
  if (url !== undefined && env.length === 0) return { url, headers: headersOf(header) };
  throw new UsageError(
    "--env is for commands, and --header for --url.",
    "A header's value comes from a variable: --header Authorization=TRACKER_AUTH",
  );
}

function headersOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new UsageError(
        `${JSON.stringify(pair)} names no variable.`,
        "Write NAME=VARIABLE: the value itself is never written into a file.",
      );
    }),
  );
}

async function reachOf({ host, out, signal }: Run): Promise<Reach> {
  const { CONNECT_WITHIN_MS, makeReach } = await import("../../mcp/upstream/reach.js");
  const log = (line: string) => out.hint([{ style: "dim", text: line }]);
  const reach = makeReach({ environment: host.environment, version: VERSION, log, signal });
  return (at, ask) => {
    out.progress(`waiting for ${at.name}, which has ${CONNECT_WITHIN_MS / 1000} s to answer`);
    return reach(at, ask);
  };
}
