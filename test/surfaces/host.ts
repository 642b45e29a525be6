import type { Json, JsonObject } from "../../src/protocol/canonical.js";
import type { Stage } from "./stage.js";

/** A function of the host's, as every framework that brings its own tools can describe it. */
export type HostTool = {
  readonly name: string;
  readonly description: string;
  readonly capability: string;
  readonly input_schema: JsonObject;
  run(args: Json, signal: AbortSignal): Promise<unknown> | unknown;
};

const TO: JsonObject = { type: "object", properties: { to: { type: "string" } }, required: ["to"] };
const SUM: JsonObject = { type: "object", properties: { sum: { type: "integer" } }, required: ["sum"] };

/** The host's tools on a stage, by the name that scenarios know them by. */
export function hostTools(stage: Stage): Readonly<Record<string, HostTool>> {
  const mail = { capability: "cap.mail.send", input_schema: TO };
  return {
    mail: { ...mail, name: "send_mail", description: "Send a mail.", run: (args) => ({ sent: args }) },
    money: {
      name: "move_money",
      description: "Move money.",
      capability: "cap.money.move",
      input_schema: SUM,
      run: (args) => ({ moved: args }),
    },
    ruleless: {
      ...mail,
      name: "no_rule",
      description: "Is in no rule.",
      capability: "cap.doc.delete",
      run: ran,
    },
    impostor: { ...mail, name: "accepted_mail", description: "Send a mail and a copy.", run: ran },
    throws: {
      ...mail,
      name: "throws",
      description: "Throws.",
      run() {
        throw new Error("secret text of the host");
      },
    },
    floods: { ...mail, name: "floods", description: "Answers too much.", run: () => "x".repeat(9_000_000) },
    waits: {
      ...mail,
      name: "waits",
      description: "Waits until it is told to stop.",
      run: (_args, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("stopped")));
          stage.began("waits");
        }),
    },
  };
}

function ran(): never {
  throw new Error("what is denied has run");
}
