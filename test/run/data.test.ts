import { mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OWN_DATA } from "../../src/protocol/worker.js";
import { prepareDataDirectory } from "../../src/run/data.js";
import { jobOf, outputOf, runnerForTest, utf8 } from "./job.js";

let root = "";
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "hall-data-")));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const envelope = {
  secrets_access: [],
  network_egress: "none",
  filesystem_writes: [OWN_DATA],
  tools: [],
} as const;

describe("prepareDataDirectory", () => {
  test("makes a missing directory for its owner alone", async () => {
    const dir = join(root, "a", "b");
    expect(await prepareDataDirectory(dir)).toBe(dir);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
  });

  test("refuses a symlink at any depth, and one in its own place", async () => {
    await mkdir(join(root, "data", "deep"), { recursive: true });
    await symlink("/etc", join(root, "data", "deep", "out"));
    await expect(prepareDataDirectory(join(root, "data"))).rejects.toThrow("symlink");
    await symlink(join(root, "data", "deep"), join(root, "other"));
    await expect(prepareDataDirectory(join(root, "other"))).rejects.toThrow("symlink");
  });
});

describe("a handler and its data directory", () => {
  const WRITE = `
    import { readFileSync, writeFileSync, readdirSync } from "node:fs";
    import { join } from "node:path";
    export default ({ path }, { data_dir }) => {
      writeFileSync(join(data_dir, path), "kept");
      return [readdirSync(data_dir), readFileSync(join(data_dir, path), "utf8")];
    };`;

  test("reads and writes there", async () => {
    const data_dir = join(root, "data");
    const job = jobOf(WRITE, { data_dir, envelope, input: utf8('{"path":"note.txt"}') });
    expect(outputOf(await runnerForTest().run(job))).toEqual([["note.txt"], "kept"]);
  });

  test("writes what its user alone may read, whatever the umask of the Hall is", async () => {
    const source = `
      import { mkdirSync, writeFileSync } from "node:fs";
      export default (_, { data_dir }) => {
        writeFileSync(data_dir + "/note.txt", "x");
        mkdirSync(data_dir + "/more/deep", { recursive: true });
        return null;
      };`;
    const data_dir = join(root, "data");
    const before = process.umask(0o022);
    try {
      outputOf(await runnerForTest().run(jobOf(source, { data_dir, envelope })));
    } finally {
      process.umask(before);
    }
    const modes = ["note.txt", "more", "more/deep"].map(
      async (name) => (await stat(join(data_dir, name))).mode,
    );
    expect((await Promise.all(modes)).map((mode) => mode & 0o777)).toEqual([0o600, 0o700, 0o700]);
  });

  test("can't leave it", async () => {
    const data_dir = join(root, "data");
    for (const path of ["../outside.txt", "../data2/x", "../../../../../../etc/hall-test"]) {
      const job = jobOf(WRITE, { data_dir, envelope, input: utf8(JSON.stringify({ path })) });
      const result = await runnerForTest().run(job);
      expect(result).toMatchObject({ ok: false, code: "HANDLER_ERROR" });
      expect(result).toMatchObject({ detail: expect.stringContaining("restricted") });
    }
    await expect(stat(join(root, "outside.txt"))).rejects.toThrow("ENOENT");
  });

  test("reads but doesn't write it without the envelope's word", async () => {
    const data_dir = join(root, "data");
    await mkdir(data_dir);
    await writeFile(join(data_dir, "note.txt"), "there");
    const runner = runnerForTest();
    const READ = `import { readFileSync } from "node:fs"; export default (_, c) => readFileSync(c.data_dir + "/note.txt", "utf8");`;
    expect(outputOf(await runner.run(jobOf(READ, { data_dir })))).toBe("there");
    const write = await runner.run(jobOf(WRITE, { data_dir, input: utf8('{"path":"b"}') }));
    expect(write).toMatchObject({ ok: false, code: "HANDLER_ERROR" });
  });

  test("never starts beside a symlink", async () => {
    await mkdir(join(root, "data"));
    await symlink("/etc/passwd", join(root, "data", "note.txt"));
    const result = await runnerForTest().run(
      jobOf("export default () => 1", { data_dir: join(root, "data"), envelope }),
    );
    expect(result).toMatchObject({
      ok: false,
      code: "RUNNER_UNAVAILABLE",
      detail: expect.stringContaining("symlink"),
    });
  });
});
