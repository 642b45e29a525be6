import { type Context, content, text } from "./blocks.js";

const SCHEMA = {
  type: "object",
  properties: {
    username: { type: "string", description: "User's response" },
    email: { type: "string", description: "User's email address" },
  },
  required: ["username", "email"],
};

export default async ({ message }: { message: string }, { elicit }: Context) => {
  const answer = await elicit({ message, schema: SCHEMA });
  return content(text(`User response: ${JSON.stringify(answer)}`));
};
