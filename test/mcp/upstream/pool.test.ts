import { describe, expect, test } from "vitest";
import type { ConnectOptions, Upstream } from "../../../src/mcp/upstream/connect.js";
import { openPool } from "../../../src/mcp/upstream/pool.js";
import type { ServerConfig } from "../../../src/protocol/foreign.js";

/** A pool whose servers are counted; each is up until it is closed or ended. */
function counted(servers: Record<string, ServerConfig>) {
  const started: { name: string; options: ConnectOptions; closed: boolean }[] = [];
  const said: string[] = [];
  const pool = openPool({
    servers: () => servers,
    environment: {},
    cwd: "/",
    version: "0.0.0",
    log: (line) => said.push(line),
    connect: async (server, options) => {
      const name = "command" in server ? server.command : server.url;
      if (name === "broken") throw new Error("it doesn't start");
      const one = { name, options, closed: false };
      started.push(one);
      const close = async () => {
        one.closed = true;
      };
      return { close, changes: () => 0 } as Partial<Upstream> as Upstream;
    },
  });
  return { pool, started, said, servers };
}
const command = (name: string): ServerConfig => ({ command: name, args: [], env: [] });

describe("the pool of servers", () => {
  test("starts none by itself, and each once for all who ask", async () => {
    const { pool, started } = counted({ a: command("one") });
    expect(started).toEqual([]);
    const [first, second] = await Promise.all([pool.connect("a"), pool.connect("a")]);
    expect(first).toBe(second);
    expect(started).toHaveLength(1);
  });

  test("starts none that isn't in force, whatever its name", async () => {
    const { pool } = counted({ a: command("one") });
    for (const name of ["b", "toString", "__proto__"])
      await expect(pool.connect(name)).rejects.toMatchObject({ code: "NOT_CONFIGURED" });
  });

  test("replaces one whose configuration changed", async () => {
    const { pool, started, servers } = counted({ a: command("one") });
    await pool.connect("a");
    servers["a"] = command("two");
    await pool.connect("a");
    expect(started.map(({ name }) => name)).toEqual(["one", "two"]);
    await pool.close();
    expect(started.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test("stops those that aren't to be kept", async () => {
    const { pool, started } = counted({ a: command("one"), b: command("two") });
    await Promise.all([pool.connect("a"), pool.connect("b")]);
    pool.retain(new Set(["b"]));
    await pool.close();
    expect(started.every(({ closed, options }) => closed && options.signal.aborted)).toBe(true);
  });

  test("starts anew one that went away, and tells nobody: it lists the same", async () => {
    const { pool, started } = counted({ a: command("one") });
    let changes = 0;
    pool.onChanged(() => changes++);
    await pool.connect("a");
    started[0]?.options.onClose();
    await pool.connect("a");
    expect(started).toHaveLength(2);
    expect(changes).toBe(0);
  });

  test("tries a server that doesn't start again for the next who asks, and says why in the log", async () => {
    const { pool, said, servers, started } = counted({ a: command("broken") });
    await expect(pool.connect("a")).rejects.toThrow("it doesn't start");
    expect(said).toEqual(["[a] it doesn't start"]);
    servers["a"] = command("one");
    await pool.connect("a");
    expect(started).toHaveLength(1);
  });

  test("tells of changes until it is told not to", async () => {
    const { pool, started } = counted({ a: command("one") });
    let changes = 0;
    const stop = pool.onChanged(() => changes++);
    await pool.connect("a");
    started[0]?.options.onListChanged();
    stop();
    started[0]?.options.onListChanged();
    expect(changes).toBe(1);
  });

  test("once closed starts nothing more", async () => {
    const { pool } = counted({ a: command("one") });
    await pool.close();
    await expect(pool.connect("a")).rejects.toMatchObject({ code: "NOT_CONFIGURED" });
  });
});
