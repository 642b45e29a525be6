import { type Context, content, text } from "./blocks.js";

const plain = ["option1", "option2", "option3"];
const titled = [
  { const: "value1", title: "First Option" },
  { const: "value2", title: "Second Option" },
  { const: "value3", title: "Third Option" },
];
const SCHEMA = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: plain },
    titledSingle: { type: "string", oneOf: titled },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: { type: "array", items: { type: "string", enum: plain } },
    titledMulti: { type: "array", items: { anyOf: titled } },
  },
};

export default async (_input: unknown, { elicit }: Context) => {
  const answer = await elicit({ message: "Please choose.", schema: SCHEMA });
  return content(
    text(`Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`),
  );
};
