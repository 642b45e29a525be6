import type { GetPromptResult, Prompt } from "@modelcontextprotocol/sdk/types.js";
import type { Json } from "../protocol/canonical.js";
import { shownWhole } from "../protocol/shown.js";
import { isObject } from "./message.js";
import { explainRecord, recentCalls } from "./ownRecords.js";
import { capabilitiesOf } from "./ownWorkers.js";
import type { PromptProvider, Reading } from "./provider.js";
import { invalidParams } from "./rpc.js";

/** The time windows that summarize-activity offers, in minutes. */
const WINDOWS: Readonly<Record<string, number>> = { "15m": 15, "1h": 60, "24h": 1_440, "7d": 10_080 };

const PROMPTS: readonly Prompt[] = [
  {
    name: "dispatch-worker",
    title: "Do a task with a governed tool",
    description: "Finds the tools of yours that serve a capability, and has the task done with one of them.",
    arguments: [
      { name: "capability", description: "What is asked, as in cap.doc.search", required: true },
      { name: "task_description", description: "The task in your own words", required: true },
      { name: "agent_id", description: "For whom the task is done", required: false },
    ],
  },
  {
    name: "explain-hold",
    title: "Explain a call that is held or was denied",
    description: "Explains to the person what became of one of this agent's calls, and who can help.",
    arguments: [
      { name: "dispatch_id", description: "The record id that the call's answer gave", required: true },
    ],
  },
  {
    name: "summarize-activity",
    title: "Summarize what was done",
    description: "Sums up this session's governed calls for the person.",
    arguments: [{ name: "time_window", description: "15m, 1h (when left out), 24h or 7d", required: false }],
  },
  {
    name: "enroll-worker",
    title: "Draft a new skill for review",
    description:
      "Turns a description of a worker into a draft manifest that the people of this Hall can review.",
    arguments: [
      { name: "worker_spec", description: "What the worker does and what it needs", required: true },
    ],
  },
];

type Args = Readonly<Record<string, string>>;

/**
 * The Hall's four prompts (wcp.md 10). They are texts about the caller's own tools and calls; none says how policy
 * could be loosened. What the user wrote stands in them quoted and escaped.
 */
export const ownPrompts: PromptProvider = {
  prompts: PROMPTS,
  async get(name, args, reading) {
    switch (name) {
      case "dispatch-worker":
        return said(await dispatchWorker(args, reading));
      case "explain-hold":
        return said(await explainHold(args, reading));
      case "summarize-activity":
        return said(await summarizeActivity(args, reading));
      default:
        return said(enrollWorker(args));
    }
  },
  async complete(_name, argument, reading) {
    if (argument === "capability") return capabilitiesOf(await reading.tools());
    if (argument === "dispatch_id") return reading.recent();
    return argument === "time_window" ? Object.keys(WINDOWS) : [];
  },
};

function said(text: string): GetPromptResult {
  return { messages: [{ role: "user", content: { type: "text", text } }] };
}

async function dispatchWorker(args: Args, reading: Reading): Promise<string> {
  const { capability = "", task_description = "", agent_id } = args;
  const serving = (await reading.tools()).filter((tool) => tool.capability_id === capability);
  const tools = serving.map((tool) => `- ${tool.name}: ${shownWhole(tool.title)}`);
  return [
    `Do this task${agent_id === undefined ? "" : ` for ${quoted(agent_id)}`}: ${quoted(task_description)}`,
    tools.length === 0
      ? `You have no tool for ${quoted(capability)}. Say so; the operator of this Hall decides who may use what.`
      : `These tools of yours serve ${quoted(capability)}:\n${tools.join("\n")}`,
    "hall_may_i previews a call without running it. When a call is held or denied, tell the person what its answer " +
      "says and who can help, and don't try to reach the same end by another way.",
  ].join("\n\n");
}

async function explainHold({ dispatch_id = "" }: Args, reading: Reading): Promise<string> {
  const found = await explainRecord(dispatch_id, reading);
  if (found === undefined)
    throw invalidParams("params.arguments.dispatch_id names no record of your own calls.");
  return [
    "Explain to the person in plain words what became of this call, why, what would help and who can do it:",
    asData(found),
  ].join("\n\n");
}

async function summarizeActivity({ time_window = "1h" }: Args, reading: Reading): Promise<string> {
  const minutes = Object.hasOwn(WINDOWS, time_window) ? WINDOWS[time_window] : undefined;
  if (minutes === undefined) {
    throw invalidParams(`params.arguments.time_window must be one of ${Object.keys(WINDOWS).join(", ")}.`);
  }
  const calls = await recentCalls(reading);
  const newest = Math.max(...calls.map(timeOf));
  const since = newest - minutes * 60_000;
  return [
    `Sum up for the person what this session did in the ${time_window} up to its latest call: what ran, what was ` +
      "refused or held, and what still waits for somebody.",
    calls.length === 0 ? "It has made no calls yet." : asData(calls.filter((call) => timeOf(call) >= since)),
  ].join("\n\n");
}

function enrollWorker({ worker_spec = "" }: Args): string {
  return [
    `Draft the manifest of a skill (skill.yaml) for this worker: ${quoted(worker_spec)}`,
    "Ask for no more than it needs: the narrowest privileges, the capabilities that it really serves, an honest risk " +
      "tier and blast radius, strict input schemas, and an example for each tool.",
    "Give the draft to the person for review. Only they can build, certify and publish it, and only an operator of " +
      "this Hall decides whether it is installed and who may use it.",
  ].join("\n\n");
}

/** What somebody else wrote, marked as such and seen as it is. */
function quoted(text: string): string {
  return shownWhole(JSON.stringify(text));
}

function asData(value: Json): string {
  return `\`\`\`json\n${shownWhole(JSON.stringify(value))}\n\`\`\``;
}

function timeOf(call: Json): number {
  return isObject(call) ? Date.parse(String(call["at"])) : Number.NaN;
}
