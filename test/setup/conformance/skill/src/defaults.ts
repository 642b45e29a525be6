import { type Context, content, text } from "./blocks.js";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
};

export default async (_input: unknown, { elicit }: Context) => {
  const answer = await elicit({ message: "Please review these values.", schema: SCHEMA });
  return content(
    text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`),
  );
};
