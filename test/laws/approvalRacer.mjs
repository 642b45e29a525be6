// One process of test/laws/approvalRace.test.ts: at each line on stdin it makes its calls all at once, and prints what
// became of them as a line of JSON. Arguments: the package's entry, the home, how many callers, the text of the note.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [index = "", home = "", callers = "", text = ""] = process.argv.slice(2);
const { openHall } = await import(pathToFileURL(index).href);
const hall = await openHall({ home });
const gates = Array.from({ length: Number(callers) }, () => hall.gate({ agent: "racer" }));

console.log("ready");
for await (const _ of createInterface({ input: process.stdin })) {
  const outcomes = await Promise.all(gates.map((gate) => gate.invoke("add_note", { text })));
  console.log(
    JSON.stringify(
      outcomes.map(({ kind, approval_id = null, denial }) => ({
        kind,
        approval_id,
        code: denial?.code ?? null,
      })),
    ),
  );
}
await hall.close();
