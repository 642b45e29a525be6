import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const PROTOCOL = "2025-06-18";

/** A started MCP server and as little of a client as can be, so that what is measured is the server. */
export async function openClient(program, args, options = {}) {
  const child = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  const waiting = new Map();
  let lastId = 0;
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors = (errors + chunk).slice(-4000);
  });
  child.on("close", (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the server ended with ${code}: ${errors}`));
  });
  child.stdin.on("error", () => {}); // "close" says what happened
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, result, error } = JSON.parse(line);
    const asked = waiting.get(id);
    if (asked === undefined) return;
    waiting.delete(id);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(error.message));
  });
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      send({ method, params, id: lastId });
    });
  await request("initialize", {
    protocolVersion: PROTOCOL,
    capabilities: {},
    clientInfo: { name: "bench", version: "1" },
  });
  send({ method: "notifications/initialized" });
  return {
    async call(name, args) {
      const result = await request("tools/call", { name, arguments: args });
      if (result.isError === true) throw new Error(`${name}: ${result.content[0].text}`);
      return result;
    },
    async close() {
      const gone = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end();
      await gone;
    },
  };
}
