import { expect, test } from "vitest";
import { openListing } from "../../src/mcp/listing.js";
import { done, HITS, scriptedGate, tool } from "./scripted.js";

const many = (count: number) => Array.from({ length: count }, (_, i) => tool(`t${i}`));
const gateOf = (list: Parameters<typeof scriptedGate>[0]) => scriptedGate(list, () => done(null));

test("a tool is shown as it was compiled", async () => {
  const [shown] = (await openListing(gateOf([tool("search", HITS)])).page(undefined)).tools;
  expect(shown).toEqual({
    name: "search",
    title: "Title of search",
    description: "What search does.",
    inputSchema: { type: "object", properties: { query: { type: "string" } }, additionalProperties: false },
    outputSchema: HITS,
    annotations: tool("search").annotations,
    _meta: {
      "dev.hall/skill": { skill_id: "org.acme/notes", version: "1.2.0", capability_id: "cap.doc.search" },
    },
  });
});

test("100 tools are one page", async () => {
  const page = await openListing(gateOf(many(100))).page(undefined);
  expect(page.tools).toHaveLength(100);
  expect(page).not.toHaveProperty("nextCursor");
});

test("walking the pages shows each tool once, also when one is added on the way", async () => {
  const gate = gateOf(many(250));
  const listing = openListing(gate);
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listing.page(cursor);
    names.push(...page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
    gate.list = [tool("new"), ...many(250)];
  } while (cursor !== undefined);
  expect(names).toEqual(many(250).map(({ name }) => name));
});

test.each(["nonsense", "", 7, null, {}])("the cursor %j is -32602", async (cursor) => {
  await expect(openListing(gateOf(many(3))).page(cursor)).rejects.toMatchObject({ code: -32602 });
});

test("knows which tools promise structured output, and asks again only after a change", async () => {
  const gate = gateOf([tool("plain"), tool("search", HITS)]);
  let asked = 0;
  const listing = openListing({
    ...gate,
    tools: async () => {
      asked++;
      return gate.list;
    },
  });
  expect(await listing.hasOutputSchema("search")).toBe(true);
  expect(await listing.hasOutputSchema("plain")).toBe(false);
  expect(asked).toBe(1);
  gate.list = [tool("plain", HITS)];
  listing.changed();
  expect(await listing.hasOutputSchema("plain")).toBe(true);
  expect(asked).toBe(2);
});

test("a tool that has left the list, or a list that can't be read, keeps what the client was shown", async () => {
  const gate = gateOf([tool("search", HITS)]);
  let broken = false;
  const listing = openListing({
    ...gate,
    tools: async () => (broken ? Promise.reject(new Error("x")) : gate.list),
  });
  await listing.page(undefined);
  gate.list = [];
  listing.changed();
  expect(await listing.hasOutputSchema("search")).toBe(true);
  broken = true;
  listing.changed();
  expect(await listing.hasOutputSchema("search")).toBe(true);
});
