import { canonicalJson } from "../protocol/canonical.js";
import { definitionDigest } from "../protocol/foreign.js";
import type { PinBody } from "./body.js";
import type { Fold } from "./fold.js";
import { insist } from "./members.js";
import type { Header } from "./record.js";

/** The first pin of a tool, whose document is the definition that it names. It moves nothing that is in force. */
export function takePin(fold: Fold, _header: Header, body: PinBody): void {
  const { skill_id, tool } = body;
  insist(skill_id !== null, "it doesn't say whose tool it pins");
  const key = pinKey(skill_id, tool);
  insist(!fold.pins.has(key), "its tool is pinned already, and the first pin stands");
  const definition = fold.documents.definition(body.document);
  const isIt = definitionDigest(definition) === body.definition_digest;
  insist(isIt, "its document isn't the definition that it pins");
  fold.pins.add(key);
}

/** One text for one tool of one origin. */
export function pinKey(skill_id: string, tool: string): string {
  return canonicalJson([skill_id, tool]);
}
