import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openClient } from "./client.mjs";
import { openDisk } from "./disk.mjs";
import { HALL_MODULES, makeHome } from "./hall.mjs";
import { median, overRounds, ratio, takeTurns, timeOf, timePerRun } from "./measure.mjs";
import { atLeast, atMost } from "./table.mjs";

const SERVER = fileURLToPath(new URL("server.mjs", import.meta.url));
const IN_FLIGHT = 32;

/** A governed call over stdio beside the same SDK handing it to the same child: one at a time, and 32 in flight. */
export const calls = {
  needs: HALL_MODULES,
  rows: [
    { id: "call_memory", what: "governed stdio call / ungoverned, p50, store in memory", goal: atMost(1.25) },
    { id: "call_memory_32", what: "the same, calls/s with 32 in flight", goal: atLeast(0.65) },
    { id: "call_disk", what: "the same on disk: p50 beyond memory's, in fdatasyncs", goal: atMost(2.5) },
    {
      id: "call_disk_32",
      what: "the same on disk / ungoverned, calls/s with 32 in flight",
      goal: atLeast(0.25),
    },
  ],
  async measure({ quick, dist, work, env }) {
    const home = join(work, "home");
    await makeHome(dist, home);
    const open = (hall) => openClient(process.execPath, [SERVER, dist.directory, hall], { env });
    const [bare, memory, onDisk] = await Promise.all(["none", "memory", home].map(open));
    const disk = openDisk(work);
    const rounds = quick ? 5 : 41;
    const each = quick ? 20 : 60;
    try {
      const { fdatasync, ...one } = await takeTurns(rounds, {
        bare: () => oneAtATime(bare, each),
        memory: () => oneAtATime(memory, each),
        onDisk: () => oneAtATime(onDisk, each),
        fdatasync: () => median(Array.from({ length: 20 }, () => timePerRun(1, disk.sync))),
      });
      const flood = quick ? 200 : 800;
      const many = await takeTurns(quick ? 3 : 15, {
        bare: () => perSecond(bare, flood),
        memory: () => perSecond(memory, flood),
        onDisk: () => perSecond(onDisk, flood),
      });
      return {
        call_memory: ratio(one.memory, one.bare, "us"),
        call_memory_32: ratio(many.memory, many.bare, "calls/s"),
        call_disk: {
          ...overRounds(rounds, (i) => (one.onDisk[i] - one.memory[i]) / fdatasync[i]),
          subject: median(one.onDisk),
          floor: median(one.memory),
          unit: `us, fdatasync ${median(fdatasync).toFixed(0)} us`,
        },
        call_disk_32: ratio(many.onDisk, many.bare, "calls/s"),
      };
    } finally {
      disk.close();
      await Promise.all([bare, memory, onDisk].map((client) => client.close()));
    }
  },
};

/** The median time of a call, in microseconds. */
async function oneAtATime(client, times) {
  const took = [];
  for (let i = 0; i < times; i++) took.push(await timeOf(() => client.call("echo", { text: `call ${i}` })));
  return median(took) * 1000;
}

async function perSecond(client, times) {
  let begun = 0;
  const caller = async () => {
    while (begun < times) await client.call("echo", { text: `call ${begun++}` });
  };
  const took = await timeOf(() => Promise.all(Array.from({ length: IN_FLIGHT }, caller)));
  return (times * 1000) / took;
}
