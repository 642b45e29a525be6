import { afterAll, describe, expect, test } from "vitest";
import { CALLER, openNotesHall } from "../hall/memoryHall.js";

/** Everything reachable from a value: members of any key, accessors' answers, prototypes, map and set members. */
function reachable(root: unknown): Set<unknown> {
  const seen = new Set<unknown>();
  const queue: unknown[] = [root];
  for (let value = queue.pop(); queue.length > 0 || value !== undefined; value = queue.pop()) {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value))
      continue;
    seen.add(value);
    if (value instanceof Map || value instanceof Set) queue.push(...value.keys(), ...value.values());
    queue.push(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      try {
        queue.push(Reflect.get(value, key));
      } catch {
        // an accessor of a built-in prototype
      }
    }
  }
  return seen;
}

describe("the vault", async () => {
  const parts = await openNotesHall();
  const { hall } = parts;
  afterAll(() => hall.close());
  const tool = parts.skills.find("search_notes");
  const handler = tool && parts.skills.held(tool.install).handlers.get("search_notes");

  test("can find a handler where there is one", () => {
    expect(handler).toBeInstanceOf(Uint8Array);
    expect(reachable({ deep: new Map([["x", { handler }]]) }).has(handler)).toBe(true);
  });

  test("leads to no handler from anything that a surface gets", async () => {
    const gate = hall.gate(CALLER);
    const outcome = await gate.invoke("search_notes", { query: "tea" });
    const seen = reachable([hall, gate, await gate.tools(), outcome, hall.audit]);
    const text = Buffer.from(handler as Uint8Array).toString();
    const bytes = [...seen].filter((value) => value instanceof Uint8Array);
    expect(seen.has(handler)).toBe(false);
    expect(seen.has(parts.runner)).toBe(false);
    expect(
      bytes.some((value) =>
        Buffer.from(value as Uint8Array)
          .toString()
          .includes(text),
      ),
    ).toBe(false);
  });
});
