/*
 * The model that talks: with ANTHROPIC_API_KEY or OPENAI_API_KEY in the environment a real one (HALL_EXAMPLE_MODEL
 * says which, as in "openai:gpt-5"), else LangChain's own fake, which plays the given script: a text, or the calls
 * that it makes.
 */
import { randomUUID } from "node:crypto";
import { AIMessage, fakeModel, initChatModel } from "langchain";

const { ANTHROPIC_API_KEY, OPENAI_API_KEY, HALL_EXAMPLE_MODEL } = process.env;
const usual = ANTHROPIC_API_KEY ? "anthropic:claude-sonnet-4-5" : OPENAI_API_KEY ? "openai:gpt-5" : undefined;
const name = usual && (HALL_EXAMPLE_MODEL ?? usual);

export async function chooseModel(script) {
  if (name === undefined) return script.reduce(speak, fakeModel());
  try {
    return await initChatModel(name);
  } catch (error) {
    console.error(`There is a key for ${name}, but its package isn't here: ${error.message}`);
    process.exit(1);
  }
}

function speak(model, turn) {
  if (typeof turn === "string") return model.respond(new AIMessage(turn));
  const tool_calls = turn.map((call) => ({ ...call, id: randomUUID() }));
  return model.respond(new AIMessage({ content: "", tool_calls }));
}
