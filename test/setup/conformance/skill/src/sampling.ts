import { type Context, content, text } from "./blocks.js";

export default async ({ prompt }: { prompt: string }, { sample }: Context) => {
  const messages = [{ role: "user", content: { type: "text", text: prompt } }];
  const answer = await sample({ messages, maxTokens: 100 });
  if (answer.error !== undefined) throw new Error(answer.error);
  return content(text(`LLM response: ${answer.content?.text ?? "none"}`));
};
