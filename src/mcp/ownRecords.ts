import type { Json } from "../protocol/canonical.js";
import { isObject } from "./message.js";
import { answerOf, jsonContents, type Reading, type ResourceProvider, variableIn } from "./provider.js";

const RECEIPT = "hall://receipts/";
const RECENT = "hall://dispatches/recent";
const STANDING = "hall://standing";
const JSON_TYPE = "application/json";

/** `hall://`: the caller's own calls and what it may use. Each read is a governed query of the Hall's own tools. */
export const ownRecords: ResourceProvider = {
  list: async () => [
    {
      uri: RECENT,
      name: "recent-dispatches",
      title: "Your recent calls",
      description: "The calls of this session, newest first: what was decided, and what came of each.",
      mimeType: JSON_TYPE,
    },
    {
      uri: STANDING,
      name: "standing",
      title: "What you may use",
      description:
        "The governed tools that you can see, the skill and version behind each, and whether it may run.",
      mimeType: JSON_TYPE,
    },
  ],
  templates: [
    {
      uriTemplate: `${RECEIPT}{id}`,
      name: "receipt",
      title: "One of your records",
      description: "What became of one of your own calls, by its record or receipt id.",
      mimeType: JSON_TYPE,
    },
  ],
  async read(uri, reading) {
    if (uri === RECENT) return jsonContents(uri, { dispatches: await recentCalls(reading) });
    if (uri === STANDING) return jsonContents(uri, answerOf(await reading.call("hall_standing", {})));
    const id = variableIn(uri, RECEIPT);
    const found = id === undefined ? undefined : await explainRecord(id, reading);
    return found === undefined ? undefined : jsonContents(uri, found);
  },
  changesWith(uri) {
    if (uri === STANDING) return "tools";
    return uri === RECENT ? "calls" : undefined;
  },
  complete: async (_template, _variable, reading) => reading.recent(),
};

const MAX_ID = 64;

/** What the Hall says of a record of the caller's own; undefined when it has none of that id. */
export async function explainRecord(id: string, reading: Reading): Promise<Json | undefined> {
  if (id.length > MAX_ID) return undefined;
  const answer = answerOf(await reading.call("hall_why", { record_id: id }));
  if (!isObject(answer) || answer["found"] !== true) return undefined;
  const { found: _, ...said } = answer as Readonly<Record<string, Json>>;
  return said;
}

/** What the Hall says of each of this session's latest calls, newest first. */
export async function recentCalls(reading: Reading): Promise<readonly Json[]> {
  const said = await Promise.all(reading.recent().map((id) => explainRecord(id, reading)));
  return said.filter((one) => one !== undefined);
}
