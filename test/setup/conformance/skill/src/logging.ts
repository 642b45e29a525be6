import { type Context, content, pause, text } from "./blocks.js";

export default async (_input: unknown, { log }: Context) => {
  log("Tool execution started");
  await pause();
  log("Tool processing data");
  await pause();
  log("Tool execution completed");
  return content(text("Logged three lines."));
};
