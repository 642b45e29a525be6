/*
 * The model of the README's LangChain agent: the framework's own fake, which looks for a note and then speaks.
 */
import { AIMessage, fakeModel } from "langchain";

const call = { name: "search_notes", args: { query: "tea" }, id: "call-1" };

export const model = fakeModel()
  .respond(new AIMessage({ content: "", tool_calls: [call] }))
  .respond(new AIMessage("There is none."));
