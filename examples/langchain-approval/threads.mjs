/*
 * A checkpointer whose threads outlive the process: LangGraph's own in memory, kept in a file. A service has a database
 * for this (@langchain/langgraph-checkpoint-sqlite, -postgres).
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";
import { MemorySaver } from "@langchain/langgraph";

export function openThreads(file) {
  const saver = new MemorySaver();
  if (existsSync(file)) Object.assign(saver, deserialize(readFileSync(file)));
  const { storage, writes } = saver;
  return { saver, keep: () => writeFileSync(file, serialize({ storage, writes })) };
}
