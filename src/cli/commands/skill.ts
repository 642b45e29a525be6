import type { ExampleResult } from "../../lifecycle/examples.js";
import { askLine, canAsk } from "../ask.js";
import { EXIT } from "../exit.js";
import { problemsLines } from "../failure.js";
import type { Line } from "../line.js";
import { saidLines } from "../said.js";
import { addVerb, option, type Program } from "../verb.js";

/** `hall skill init`, `build`, `test`, `certify` and `publish`: from an idea to the registry. */
export function addSkill(skill: Program): void {
  addInit(skill);
  addBuild(skill);
  addTest(skill);
  addCertify(skill);
  addPublish(skill);
}

function addInit(skill: Program): void {
  addVerb<{ dir?: string; namespace?: string; code?: true }>(skill, {
    usage: "init <name>",
    summary: "scaffold a skill: manifest, handler, README",
    text: "Writes a small skill that builds and passes its own examples, to be changed into yours. skill.yaml says what it may touch and what its tools take and give; a handler is a function of input and context. With --code it is one skill.ts, which defines all of that with types.",
    example:
      "hall skill init notes\nhall skill init notes --code\nhall skill init notes --dir skills/notes --namespace org.acme --yes",
    asks: true,
    options: [
      option("--dir <dir>", "where to write it (default: NAME)"),
      option("--namespace <ns>", "who answers for it (default: the home's)"),
      option("--code", "define it in code, by a skill.ts with types"),
    ],
    async run({ host, flags, workshop, out }, [name = ""], options) {
      const { initSkill } = await import("../../lifecycle/initSkill.js");
      const asking = flags.yes !== true && canAsk(host);
      const dir = options.dir ?? (asking ? await askLine(host, `Directory [${name}]: `) : "");
      const namespace = options.namespace ?? (asking ? await askLine(host, "Namespace [the home's]: ") : "");
      const made = await initSkill(workshop, {
        name,
        ...(dir === "" ? {} : { dir }),
        ...(namespace === "" ? {} : { namespace }),
        code: options.code === true,
      });
      out.result({ ok: true, ...made }, () => [
        [{ style: "green", text: "Skill " }, `${made.skill_id} in ${made.dir}`],
        ...made.files.map((file) => `  ${file}`),
      ]);
      out.hint(`Next: hall dev ${made.dir}`);
      return EXIT.ok;
    },
  });
}

function addBuild(skill: Program): void {
  addVerb(skill, {
    usage: "build [dir]",
    summary: "check the manifest, bundle the handlers, write one artifact file",
    text: "Lists every problem of the manifest at once, each with file, line and remedy. Bundles each handler, compiles strict schemas and definitions for every platform, and writes dist/NAME-VERSION.skill. The same input gives the same bytes; nothing is installed, and no code of the skill runs, save what defines a skill.ts, and that contained and with no rights. Needs no home; in one, it is recorded.",
    example: "hall skill build skills/notes",
    async run({ workshop, out }, [dir = "."]) {
      const { buildSkillAt } = await import("../../lifecycle/buildSkillAt.js");
      const built = await buildSkillAt(workshop, { dir });
      out.note(...problemsLines(built.warnings, "warning: "));
      out.result({ ok: true, ...built }, () => [
        [{ style: "green", text: "Built " }, `${built.skill_id} ${built.version}`],
        `  artifact  sha256:${built.artifact_digest}`,
        `  manifest  sha256:${built.manifest_hash}`,
        `  tools     ${built.tools.join(", ")}`,
        `  file      ${built.file}`,
      ]);
      if (built.unrecorded !== undefined) {
        const why = built.unrecorded.split("\n", 1)[0] ?? "";
        out.note([{ style: "yellow", text: "Not recorded in the home around here: " }, why]);
      }
      return EXIT.ok;
    },
  });
}

function addTest(skill: Program): void {
  addVerb(skill, {
    usage: "test [dir]",
    summary: "run the examples through the gate of a throw-away Hall",
    text: "Builds the skill and runs every example of its tools contained, decided and recorded as they will be, in a Hall in memory whose keys are made for this run. What a handler prints or logs is shown on stderr. Exits 1 when an example doesn't give what it says, or a tool has none.",
    example: "hall skill test skills/notes",
    async run({ workshop, out }, [dir = "."]) {
      const { testSkill } = await import("../../lifecycle/testSkill.js");
      const { passed, examples, missing } = await testSkill(workshop, { dir });
      out.result({ ok: passed, passed, examples, missing }, () => [
        ...examples.flatMap(exampleLines),
        `${examples.filter(({ ok }) => ok).length} of ${examples.length} examples passed`,
        ...missing.map(
          (tool): Line => [
            { style: "red", text: "MISSING  " },
            `${tool} has no example. Write one in skill.yaml: examples: [{ name, input, output }]`,
          ],
        ),
      ]);
      return passed ? EXIT.ok : EXIT.fault;
    },
  });
}

function addCertify(skill: Program): void {
  addVerb(skill, {
    usage: "certify [dir]",
    summary: "sign that a clean rebuild gives these bytes and the examples pass",
    text: "Builds twice from clean and compares, runs the examples, then signs a certificate with the home's publisher key and an awp.v1 manifest with its attestation secret. The certificate is good for 365 days and gives no authority: who may sign for a namespace is in config.json.",
    example: "hall skill certify skills/notes",
    async run({ workshop, out }, [dir = "."]) {
      const { certifySkill } = await import("../../lifecycle/certifySkill.js");
      const certified = await certifySkill(workshop, { dir });
      out.result({ ok: true, ...certified }, () => [
        [{ style: "green", text: "Certified " }, `${certified.skill_id} ${certified.version}`],
        `  artifact     sha256:${certified.artifact_digest}`,
        `  certificate  sha256:${certified.certificate_digest}`,
        `  signer       ${certified.signer}`,
        `  expires      ${certified.expires_at}`,
      ]);
      return EXIT.ok;
    },
  });
}

function addPublish(skill: Program): void {
  addVerb(skill, {
    usage: "publish [dir]",
    summary: "put the certified artifact into the registry",
    text: "The registry of config.json gets the artifact with its certificate. A version is immutable: other bytes need another version.",
    example: "hall skill publish skills/notes",
    async run({ workshop, out }, [dir = "."]) {
      const { publishSkill } = await import("../../lifecycle/publishSkill.js");
      const published = await publishSkill(workshop, { dir });
      out.result({ ok: true, ...published }, () => [
        [{ style: "green", text: "Published " }, `${published.skill_id} ${published.version}`],
        `  artifact  sha256:${published.artifact_digest}`,
        `  registry  ${published.registry}`,
      ]);
      out.hint(`Next: hall skill install ${published.skill_id}`);
      return EXIT.ok;
    },
  });
}

function exampleLines({ tool, name, ok, code, detail, expected, got }: ExampleResult): readonly Line[] {
  const what = `${tool}: ${name}`;
  if (ok) return [[{ style: "green", text: "ok    " }, what]];
  return [
    [{ style: "red", text: "FAIL  " }, what, code === null ? "" : ` (${code})`],
    ...(detail === undefined ? [] : saidLines(tool, detail).map((line): Line => ["        ", ...line])),
    ...(expected === undefined ? [] : [`        expected ${JSON.stringify(expected)}`]),
    ...(got === undefined ? [] : [`        got      ${JSON.stringify(got)}`]),
  ];
}
