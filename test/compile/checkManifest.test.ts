import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkManifest } from "../../src/compile/checkManifest.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { accepted, DATA, draft, places, problemAt } from "./notes.js";

const check = (change: Parameters<typeof draft>[0]) => checkManifest(draft(change));

describe("hall.md's example", () => {
  test("is accepted; only what the catalogue doesn't know, and the tool without an example, are worth a word", () => {
    const checked = checkManifest(draft());
    if ("problems" in checked) throw new Error(JSON.stringify(checked.problems));
    expect(checked.warnings.map((warning) => warning.path.join("."))).toEqual([
      "worker.species",
      "tools.1.examples",
    ]);
    expect(checked.warnings[0]?.message).toMatch(
      /^wrk\.doc\.searcher, cap\.doc\.search, cap\.doc\.write aren't/,
    );
    expect(checked.manifest.worker.id).toBe("org.acme.notes");
    expect(checked.manifest.risk_tier).toBe("low");
    expect(checked.manifest.tools[0]?.input_schema["additionalProperties"]).toBe(false);
    expect(checked.manifest.tools[0]?.output_schema).not.toHaveProperty("additionalProperties");
  });

  test("gives the same manifest without what has a default", () => {
    const short = draft((m) => {
      for (const key of ["limits", "attestation_required", "audit_events", "data_labels"]) delete m[key];
      m["privilege_envelope"] = { filesystem_writes: [DATA] };
    });
    expect(canonicalJson(accepted(short))).toBe(canonicalJson(accepted(draft())));
  });

  test("checked again gives itself", () => {
    const manifest = accepted(draft());
    expect(canonicalJson(accepted(manifest))).toBe(canonicalJson(manifest));
  });

  test("is frozen in depth", () => {
    expect(Object.isFrozen(accepted(draft()).tools[0]?.input_schema["properties"])).toBe(true);
  });
});

describe("problems", () => {
  test("are all reported at once, each with a remedy", () => {
    const checked = check((m) => {
      m["version"] = 1.1;
      m["risk_tier"] = "hihg";
      m["titel"] = "Notes";
      m["capabilities"] = ["cap.doc.search", "cap.doc.search"];
      m["attestation_required"] = false;
      m.tools[1] = { ...m.tools[0], handler: "../../etc/passwd", capability: "cap.doc.burn" };
      (m.tools[0] as Record<string, unknown>)["input_schema"] = {
        type: "object",
        properties: { a: { type: "strng" } },
      };
    });
    expect(places(checked).sort()).toEqual([
      "attestation_required",
      "capabilities.1",
      "risk_tier",
      "titel",
      "tools.0.input_schema.properties.a.type",
      "tools.1.capability",
      "tools.1.handler",
      "tools.1.name",
      "version",
    ]);
    const problems = "problems" in checked ? checked.problems : [];
    for (const problem of problems) expect(problem.remedy).toMatch(/^[A-Z].+/);
  });

  test.each([
    ["version", 1.1, "quotes"],
    ["version", "1.10", "three numbers"],
    ["version", "1.0.0+build", "three numbers"],
    ["manifest_version", 1, "quotes"],
    ["policy_tier", "L2", "without quotes"],
    ["policy_tier", 9, "0 to 8"],
    ["risk_tier", "hihg", "high"],
    ["namespace", "acme", "org"],
    ["name", "Notes", "lower case"],
    ["title", "", "at least 1"],
    ["allowed_environments", ["prd"], "prod"],
  ])("%s: %j", (name, value, word) => {
    const checked = check((m) => {
      m[name] = value;
    });
    const problem = problemAt(checked, name) ?? problemAt(checked, `${name}.0`);
    expect(`${problem?.message} ${problem?.remedy}`).toContain(word);
  });

  test.each(["version", "worker", "capabilities", "allowed_environments", "blast_radius", "tools"])(
    "a missing %s",
    (name) => {
      const checked = check((m) => {
        delete m[name];
      });
      expect(problemAt(checked, name)?.message).toBe("is missing");
    },
  );

  test.each<[string, unknown, string]>([
    ["risk_tier", 3, "Write one of low, medium, high, critical"],
    ["manifest_version", 1, 'Write it in quotes: "1"'],
    ["manifest_version", 2, 'Write manifest_version: "1"'],
    ["title", 2026, 'Write it in quotes: "2026"'],
    ["name", 7, 'Write it in quotes: "7"'],
    ["namespace", 7, "Write x.<your name> or org.<your organisation>"],
  ])("%s: %j has a remedy that leads into no other problem", (name, value, remedy) => {
    const checked = check((m) => {
      m[name] = value;
    });
    expect(problemAt(checked, name)?.remedy).toBe(remedy);
  });

  test("law: text that a remedy puts in quotes is taken", () => {
    const places = textPlaces(draft()).filter((place) => !place.includes(".data.")); // a file's name has a dot
    for (const place of places) {
      for (const value of [7, true]) {
        const remedy = problemAt(check(setting(place, value)), place)?.remedy ?? "";
        const [, quoted] = /^Write it in quotes: "(.*)"$/.exec(remedy) ?? [];
        if (quoted === undefined) expect(remedy).not.toMatch(/in quotes:? "?(7|true)/);
        else
          expect(problemAt(check(setting(place, quoted)), place)?.message ?? "").not.toMatch(/expected|must/);
      }
    }
    expect(places.length).toBeGreaterThan(20);
  });

  test("an unknown key is named with the nearest known one, at any depth", () => {
    const checked = check((m) => {
      m["limits"] = { timeout: 1 };
      m["privilege_envelope"] = { network_egres: "none" };
      (m.tools[0] as Record<string, unknown>)["input_shema"] = {};
    });
    expect(problemAt(checked, "privilege_envelope.network_egres")?.remedy).toContain("network_egress");
    expect(problemAt(checked, "limits.timeout")?.remedy).toContain("timeout_ms");
    expect(problemAt(checked, "tools.0.input_shema")?.remedy).toContain("input_schema");
  });

  test("a command handler comes later, and the remedy says what runs", () => {
    const asMember = check((m) => {
      (m.tools[0] as Record<string, unknown>)["handler"] = { command: ["python3", "main.py"] };
    });
    const asKey = check((m) => {
      (m.tools[0] as Record<string, unknown>)["command"] = ["python3", "main.py"];
    });
    for (const problem of [problemAt(asMember, "tools.0.handler"), problemAt(asKey, "tools.0.command")]) {
      expect(problem?.message).toContain("later");
      expect(problem?.remedy).toContain("src/");
    }
  });

  test.each([
    "/etc/passwd.ts",
    "../up.ts",
    "src/../../up.ts",
    "src\\a.ts",
    "./a.ts",
    "src//a.ts",
    "a.py",
    "src/a.node",
    "C:a.ts",
  ])("handler %s isn't inside the skill", (handler) => {
    const checked = check((m) => {
      (m.tools[0] as Record<string, unknown>)["handler"] = handler;
    });
    expect(places(checked)).toEqual(["tools.0.handler"]);
  });

  test("tool names are the skill's own and not the Hall's", () => {
    for (const [name, word] of [
      ["hall_why", "hall_"],
      ["add_note", "another tool"],
      ["__proto__", "misread"],
      ["a b", "1 to 48"],
    ] as const) {
      const checked = check((m) => {
        (m.tools[0] as Record<string, unknown>)["name"] = name;
      });
      const problem = problemAt(checked, "tools.0.name") ?? problemAt(checked, "tools.1.name");
      expect(problem?.message).toContain(word);
    }
  });

  test.each([
    ["title", "Notes\u0007"],
    ["title", "two\nlines"],
    ["description", "safe\u202egnp.exe"],
    ["description", "tag\u{e0041}"],
    ["title", "zero\u200bwidth"],
    ["description", "\u001b[2Jclear"],
    ["title", "variation\u{fe0f}"],
  ])("%s %j is refused", (name, text) => {
    const checked = check((m) => {
      m[name] = text;
      (m.tools[0] as Record<string, unknown>)["description"] = text;
    });
    expect(places(checked)).toContain(name);
    if (!text.includes("\n")) expect(places(checked)).toContain("tools.0.description");
  });

  test("a description may break its lines", () => {
    const manifest = accepted(
      draft((m) => {
        m["description"] = "One line.\nAnother.";
      }),
    );
    expect(manifest.description).toContain("\n");
  });

  test("allowlisted egress names its hosts, and other egress none", () => {
    const bare = check((m) => {
      m["privilege_envelope"] = { network_egress: "allowlisted" };
    });
    const idle = check((m) => {
      m["privilege_envelope"] = { network_egress: "none", egress: { allowlist: ["api.example.com"] } };
    });
    const good = check((m) => {
      m["privilege_envelope"] = { network_egress: "allowlisted", egress: { allowlist: ["api.example.com"] } };
    });
    expect(places(bare)).toEqual(["privilege_envelope.egress"]);
    expect(places(idle)).toEqual(["privilege_envelope.egress"]);
    expect(places(good)).toEqual([]);
  });

  test("writes stay below the data directory or an absolute path", () => {
    for (const path of ["../x", "data", `${DATA}/../x`, "~/x", DATA.replace("data", "home")]) {
      const checked = check((m) => {
        m["privilege_envelope"] = { filesystem_writes: [path] };
      });
      expect(places(checked)).toEqual(["privilege_envelope.filesystem_writes.0"]);
    }
  });

  test("a worker outside the namespace is refused", () => {
    const checked = check((m) => {
      m["worker"] = { id: "org.acmex.notes", species: "wrk.doc.searcher" };
    });
    expect(places(checked)).toEqual(["worker.id"]);
  });

  test("a policy tier below the raised risk is refused, and says why", () => {
    const checked = check((m) => {
      m["privilege_envelope"] = { secrets_access: ["API_TOKEN"] };
    });
    expect(problemAt(checked, "policy_tier")?.message).toMatch(/L3.*medium.*secrets/);
    const broken = check((m) => {
      m["privilege_envelope"] = { secrets_access: ["API_TOKEN"] };
      m["title"] = 3;
    });
    expect(places(broken).sort()).toEqual(["policy_tier", "title"]);
  });
});

describe("warnings", () => {
  test("name what raised the risk, and a control that nobody is known to provide", () => {
    const checked = check((m) => {
      m["policy_tier"] = 5;
      m["capabilities"] = ["cap.doc.search", "cap.doc.write", "cap.doc.redact"];
      m["required_controls"] = ["ctrl.sandbox.readonly-rootfs"];
    });
    if ("problems" in checked) throw new Error(JSON.stringify(checked.problems));
    const said = checked.warnings.map((warning) => warning.message).join("\n");
    expect(said).toContain("cap.doc.redact the tier high");
    expect(said).toContain("ctrl.sandbox.readonly-rootfs");
    expect(said).toContain("no tool uses cap.doc.redact");
    expect(checked.manifest.risk_tier).toBe("high");
    expect(checked.manifest.blast_radius).toEqual({
      data: 3,
      network: 0,
      financial: 1,
      time: 2,
      reversibility: 5,
    });
  });
});

describe("advice on a name", () => {
  test("is the skill's, the tool's or the example's", () => {
    const checked = check((m) => {
      m["name"] = "My Notes";
      const [tool] = m["tools"] as Record<string, unknown>[];
      if (tool === undefined) throw new Error("no tool");
      tool["name"] = "search notes!";
      tool["examples"] = [{ name: "", input: {}, output: {} }];
    });
    expect(problemAt(checked, "name")?.remedy).toContain("lower case");
    expect(problemAt(checked, "tools.0.name")?.remedy).toContain("search_notes");
    expect(problemAt(checked, "tools.0.examples.0.name")?.remedy).toContain("finds one");
  });
});

describe("a tool without an example", () => {
  test("is worth a word: certifying asks for one", () => {
    const checked = check((m) => {
      for (const tool of m["tools"] as Record<string, unknown>[]) delete tool["examples"];
    });
    if ("problems" in checked) throw new Error(JSON.stringify(checked.problems));
    const said = checked.warnings.filter(({ path }) => path.at(-1) === "examples");
    expect(said.map(({ path }) => path.join("."))).toEqual(
      checked.manifest.tools.map((_tool, i) => `tools.${i}.examples`),
    );
  });
});

describe("hostile values", () => {
  test("cycles, depth, programs' objects and __proto__ are problems", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    let doubled: unknown = { type: "string" };
    for (let i = 0; i < 40; i++) doubled = { allOf: [doubled, doubled] };
    const hostile = [
      cycle,
      deep,
      doubled,
      new Map(),
      () => 1,
      1n,
      undefined,
      Number.NaN,
      JSON.parse('{"__proto__":{}}'),
      "\ud800",
    ];
    for (const value of hostile) {
      expect(checkManifest(value)).toHaveProperty("problems");
      const inside = checkManifest({ ...draft(), title: value });
      expect(inside).toHaveProperty("problems");
    }
  });

  test("any value gives an answer, and what is accepted stays accepted", () => {
    const names = fc.constantFrom(...Object.keys(draft()), "x");
    fc.assert(
      fc.property(fc.dictionary(names, fc.anything()), fc.boolean(), (change, whole) => {
        const checked = checkManifest(whole ? { ...draft(), ...change } : change);
        if ("manifest" in checked)
          expect(canonicalJson(accepted(checked.manifest))).toBe(canonicalJson(checked.manifest));
        else expect(checked.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true }),
        (value) => void checkManifest(value),
      ),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => void checkManifest({ ...draft(), tools: value })));
  });
});

/** The places of all texts in a value, as dotted texts. */
function textPlaces(value: unknown, path = ""): string[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  return Object.entries(value).flatMap(([name, member]) => textPlaces(member, below(name)));
}

function setting(place: string, value: unknown): (manifest: object) => void {
  const names = place.split(".");
  const last = names.pop() ?? "";
  return (manifest) => {
    const holder = names.reduce(
      (here, name) => here[name] as Record<string, unknown>,
      manifest as Record<string, unknown>,
    );
    holder[last] = value;
  };
}
