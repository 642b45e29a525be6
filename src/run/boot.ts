import { LOG_LEVELS } from "../protocol/ask.js";
import { HANDLER_MODULES } from "../protocol/modules.js";
import { MAX_ASK_BYTES, MAX_ASKS } from "./asks.js";
import { HEADER_ROOM } from "./frames.js";

/** What sends signals, opens another process's inspector, hands out live handles, or reaches modules by another way. */
const PROCESS_INTERNALS = [
  "kill",
  "_kill",
  "_debugProcess",
  "_debugEnd",
  "_getActiveHandles",
  "_getActiveRequests",
  "binding",
  "_linkedBinding",
  "getBuiltinModule",
];
const NETWORK_GLOBALS = ["fetch", "WebSocket", "EventSource", "XMLHttpRequest"];

/**
 * The fixed program of a contained child, by whether its skill may use the network at all; given as `--input-type=module -e BOOT`, so no path is read. It takes what it
 * needs from the language before any handler runs: a handler that patches JSON or process.exit patches its own copy.
 * It reads frames from fd 3 and answers on fd 4 (frames.ts); its parent's end closes fd 3, which ends it.
 *
 * parent: `load {tool}` + source, `call {id, tool, output_bytes, data_dir, caller}` + input, `abort {id}`,
 * `answer {id, ask}` + what the handler gets.
 * child: `ready`, `done {id}` + output, `failed {id, code, detail}`, `progress {id, …}`, `log {id, level, text}`,
 * `ask {id, ask, kind}` + what is asked,
 * `dying {detail}` (an error that no call caught: nothing in this process can be trusted to go on), `stuck`.
 *
 * While a call runs that has asked nothing, fd 3 doesn't keep the process alive: a handler whose promise nothing can
 * settle any more empties the event loop and the child says that it is stuck, long before its deadline.
 *
 * None of this is a boundary against the handler, which shares the process and can write fd 4 itself. The boundary is
 * the permission flags (flags.ts) and that the parent trusts no byte from here. Taking signals and sockets away is
 * hardening only: the flags stop neither, one missed way back to them is enough, and so the facts stay "none".
 */
export const bootProgram = (network: boolean): string => `
import { writeSync } from "node:fs";
import { builtinModules } from "node:module";
import { Socket } from "node:net";
import { SourceTextModule, SyntheticModule } from "node:vm";

const { parse, stringify } = JSON;
const { from, concat, byteLength, allocUnsafe } = Buffer;
const { isFinite } = Number;
const { freeze, keys } = Object;
const Controller = AbortController;
const exit = process.reallyExit.bind(process);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const decode = utf8.decode.bind(utf8);
process.umask(0o077); // what a handler writes is its user's alone, as all of the state directory is
const allowed = { __proto__: null };
for (const name of ${JSON.stringify(HANDLER_MODULES)}) allowed[name] = true;
const levels = { __proto__: null };
for (const name of ${JSON.stringify(LOG_LEVELS)}) levels[name] = true;

for (const name of builtinModules) {
  if (name !== "console" && name !== "crypto" && name !== "process") delete globalThis[name];
}
for (const name of ${JSON.stringify(PROCESS_INTERNALS)}) delete process[name];
if (!${network}) {
  for (const name of ${JSON.stringify(NETWORK_GLOBALS)}) delete globalThis[name];
  delete Socket.prototype.connect; // all of Node's TCP goes through it, and stdout and fd 3 are such sockets
}

function send(header, text = "") {
  const head = from(stringify(header) + "\\n");
  const body = from(text);
  const size = head.length + body.length;
  const length = allocUnsafe(4);
  for (let i = 0; i < 4; i++) length[i] = size >>> (24 - 8 * i);
  const frame = concat([length, head, body]);
  for (let at = 0; at < frame.length; ) at += writeSync(4, frame, at);
}

function describe(error) {
  let text = "something that can't be described";
  try {
    if (typeof error === "object" && error !== null) {
      const stack = error.stack;
      text = typeof stack === "string" && stack !== "" ? stack : "an object: " + stringify(error);
    } else {
      text = typeof error + " " + String(error);
    }
  } catch {}
  return text.slice(0, 2000);
}

// What is printed must be with the parent before the answer is, or it would be taken for the next call's.
for (const { _handle } of [process.stdout, process.stderr]) _handle?.setBlocking?.(true);

const linked = { __proto__: null };
function builtin(specifier) {
  linked[specifier] ??= import(specifier).then((namespace) => {
    const names = keys(namespace);
    return new SyntheticModule(names, function () {
      for (const name of names) this.setExport(name, namespace[name]);
    }, { identifier: specifier });
  });
  return linked[specifier];
}

function link(specifier) {
  if (allowed[specifier] === true) return builtin(specifier);
  throw new Error("a handler can't import " + specifier + ": bundle it, or use one of " + keys(allowed).join(", "));
}

function refuseImport(specifier) {
  throw new Error("a handler can't import() " + specifier + " while it runs: import it at the top and let the build bundle it");
}

const sources = { __proto__: null };
const handlers = { __proto__: null };
async function load(tool) {
  const module = new SourceTextModule(decode(sources[tool]), {
    identifier: "handlers/" + tool + ".mjs",
    initializeImportMeta() {},
    importModuleDynamically: refuseImport,
  });
  await module.link(link);
  await module.evaluate();
  const handler = module.namespace.default;
  if (typeof handler !== "function") throw new Error("the handler of " + tool + " has no default export that is a function");
  return handler;
}

function checkProgress(value) {
  const { progress, total, message } = typeof value === "object" && value !== null ? value : { progress: value };
  if (!isFinite(progress)) throw new TypeError("progress needs a finite number, or { progress, total, message }");
  return {
    progress,
    total: isFinite(total) ? total : null,
    message: typeof message === "string" ? message.slice(0, 1000) : null,
  };
}

const running = { __proto__: null };
let count = 0;
let open = 0; // asks that wait for the parent's answer
function listen() {
  if (count === 0 || open > 0) pipe.ref();
  else pipe.unref();
}

function ask(call, kind, params) {
  const state = running[call.id];
  if (state === undefined) throw new Error("this call has ended: nobody can be asked any more");
  if (state.asked >= ${MAX_ASKS}) throw new Error("a call may ask ${MAX_ASKS} times");
  const text = stringify(params);
  if (text === undefined || byteLength(text) > ${MAX_ASK_BYTES}) {
    throw new Error("what is asked must be JSON of at most ${MAX_ASK_BYTES} bytes");
  }
  state.asked += 1;
  const number = state.asked;
  return new Promise((resolve) => {
    state.waiting[number] = resolve;
    open += 1;
    listen();
    send({ __proto__: null, t: "ask", id: call.id, ask: number, kind }, text);
  });
}

function answer(header, payload) {
  const state = running[header.id];
  const resolve = state?.waiting[header.ask];
  if (resolve === undefined) return;
  delete state.waiting[header.ask];
  open -= 1;
  listen();
  resolve(parse(decode(payload)));
}

function makeContext(call, signal) {
  return freeze({
    signal,
    progress(value) {
      const checked = checkProgress(value);
      if (call.id in running) send({ __proto__: null, t: "progress", id: call.id, ...checked });
    },
    log(text, level = "info") {
      if (levels[level] !== true) throw new TypeError("a log level is one of " + keys(levels).join(", "));
      if (call.id in running) send({ __proto__: null, t: "log", id: call.id, level, text: String(text).slice(0, 2000) });
    },
    async elicit({ message, schema }) {
      return ask(call, "elicit", { message, schema });
    },
    async sample(params) {
      return ask(call, "sample", params);
    },
    secrets: freeze({}),
    data_dir: call.data_dir,
    async call() {
      throw new Error("context.call isn't available in this version of the Hall: a tool can't call other tools yet");
    },
    caller: call.caller,
  });
}

async function run(call, inputBytes) {
  const controller = new Controller();
  const state = { __proto__: null, controller, asked: 0, waiting: { __proto__: null } };
  running[call.id] = state;
  count += 1;
  listen();
  let reply = { __proto__: null, t: "failed", id: call.id, code: "HANDLER_ERROR", detail: "" };
  let text;
  try {
    handlers[call.tool] ??= load(call.tool);
    const handler = await handlers[call.tool];
    const output = await handler(parse(decode(inputBytes)), makeContext(call, controller.signal));
    reply.code = "OUTPUT_INVALID";
    text = stringify(output);
    if (text === undefined) {
      reply.detail = "the handler returned " + typeof output + ", which JSON can't say";
    } else if (byteLength(text) > call.output_bytes) {
      reply.code = "OUTPUT_TOO_LARGE";
      reply.detail = "an output of " + byteLength(text) + " bytes; the limit is " + call.output_bytes;
    } else {
      reply = { __proto__: null, t: "done", id: call.id };
    }
  } catch (error) {
    reply.detail = describe(error);
  }
  delete running[call.id];
  count -= 1;
  open -= keys(state.waiting).length;
  listen();
  send(reply, reply.t === "done" ? text : "");
}

function receive(header, payload) {
  if (header.t === "load") sources[header.tool] = payload;
  else if (header.t === "call") run(header, payload);
  else if (header.t === "answer") answer(header, payload);
  else if (header.t === "abort") running[header.id]?.controller.abort();
}

const HEADER_ROOM = ${HEADER_ROOM};
let held = [];
let size = 0;
function take(chunk) {
  held.push(chunk);
  size += chunk.length;
  while (size >= 4) {
    if (held[0].length < 4) held = [concat(held)];
    const first = held[0];
    const end = 4 + ((first[0] << 24) >>> 0) + (first[1] << 16) + (first[2] << 8) + first[3];
    if (size < end) return;
    const all = held.length === 1 ? first : concat(held);
    held = all.length > end ? [all.subarray(end)] : [];
    size -= end;
    const newline = all.indexOf(10, 4);
    if (newline < 0 || newline > 4 + HEADER_ROOM) exit(70);
    receive(parse(decode(all.subarray(4, newline))), all.subarray(newline + 1, end));
  }
}

process.on("beforeExit", () => {
  send({ __proto__: null, t: "stuck" });
  exit(0);
});
process.on("uncaughtException", (error) => {
  send({ __proto__: null, t: "dying", detail: describe(error) });
  exit(70);
});
const pipe = new Socket({ fd: 3, readable: true, writable: false });
pipe.on("data", take);
pipe.on("close", () => exit(0));
pipe.on("error", () => exit(0));
send({ __proto__: null, t: "ready" });
`;
