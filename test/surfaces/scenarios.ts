import type { Json } from "../../src/protocol/canonical.js";
import { KEYS } from "./ownStage.js";
import type { PolicyName } from "./policies.js";
import type { Stage } from "./stage.js";
import type { Ask, Seen, Surface } from "./surface.js";

/** A scenario's hands: calls through the surface, and all else by the stage. */
export type Play = {
  readonly stage: Stage;
  readonly adapter: Surface["adapter"];
  call(tool: string, args: unknown, more?: Partial<Pick<Ask, "person" | "answer" | "signal">>): Promise<Seen>;
  callAll(calls: readonly (readonly [tool: string, args: unknown])[]): Promise<readonly Seen[]>;
};

/** One story that every surface plays; what it leaves behind is compared. */
export type Scenario = {
  readonly name: string;
  /** Null: before any policy was applied. */
  readonly policy: PolicyName | null;
  /** What must come of its calls, `kind` and `code`, so that all surfaces aren't wrong alike. */
  readonly expects: readonly string[];
  readonly isParallel?: boolean;
  play(hands: Play): Promise<unknown>;
};

/** The names by which the stories of {@link scenariosOf} call their tools. */
type Cast = {
  readonly reads: string;
  readonly writes: string;
  readonly throws: string;
  readonly misanswers: string;
  readonly waits: string;
  readonly read: Json;
  /** Another argument each time it is called with another number. */
  readonly written: (n: number) => Json;
  readonly invalid: readonly Json[];
  /** What a call comes to whose answer is withheld. */
  readonly withheld: "OUTPUT_INVALID" | "OUTPUT_TOO_LARGE" | "HANDLER_ERROR";
  /** What `throws`, `misanswers` and `waits` are called with. */
  readonly anything: Json;
  /** What standing knows the tool `reads` by, and the tool `waits`. */
  readonly skill: string;
  readonly waiter: string;
};

export const OWN_CAST: Cast = {
  reads: "search_notes",
  writes: "add_note",
  throws: "throws_text",
  misanswers: "lies",
  waits: "slow",
  read: { query: "tea" },
  written: (n) => ({ text: `note ${n}` }),
  invalid: [{}, { query: 7 }, { query: "" }, { query: "tea", secret: "hunter2" }],
  withheld: "OUTPUT_INVALID",
  anything: {},
  skill: "skill:org.acme/notes",
  waiter: "skill:org.acme/unruly",
};

export const HOST_CAST: Cast = {
  reads: "mail",
  writes: "money",
  throws: "throws",
  misanswers: "floods",
  waits: "waits",
  read: { to: "ann" },
  written: (n) => ({ sum: n }),
  invalid: [{}, { to: 7 }, { to: null }],
  withheld: "OUTPUT_TOO_LARGE",
  anything: { to: "ann" },
  skill: "skill:org.acme/host",
  waiter: "skill:org.acme/host",
};

/** The same tools as routes: their arguments are a request's, so what is invalid is a header. */
const ROUTE_CAST: Cast = {
  ...HOST_CAST,
  invalid: [{ header: "no worker" }, { header: "another worker" }, { header: "another capability" }],
  withheld: "HANDLER_ERROR",
};

const MINUTE = 60_000;
const MAX_OPEN_HOLDS = 20;

/** The stories that skills' tools and the host's own share, told with one cast or the other. */
export function scenariosOf(cast: Cast): readonly Scenario[] {
  const { reads, writes, read, written, skill } = cast;
  const denied = (name: string, policy: PolicyName | null, code: string): Scenario => ({
    name,
    policy,
    expects: [`denied ${code}`],
    play: ({ call }) => call(reads, read),
  });
  return [
    { name: "allowed", policy: "confirm", expects: ["done"], play: ({ call }) => call(reads, read) },
    {
      name: "invalid input",
      policy: "confirm",
      expects: cast.invalid.map(() => "denied DENY_INVALID_INPUT"),
      async play({ call }) {
        for (const args of cast.invalid) await call(reads, args);
      },
    },
    {
      name: "arguments beyond the bounds",
      policy: "confirm",
      expects: ["denied DENY_INVALID_INPUT", "denied DENY_INVALID_INPUT"],
      async play({ call }) {
        await call(reads, { deep: nested(70) });
        await call(reads, { many: Array.from({ length: 10_001 }, () => 0) });
      },
    },
    {
      name: "revoked, and restored",
      policy: "confirm",
      expects: ["denied DENY_SKILL_REVOKED", "done"],
      async play({ call, stage: { operator } }) {
        await operator.standing({ subject: skill, state: "revoked" }, "a scenario");
        await call(reads, read);
        await operator.standing({ subject: skill, state: "active" }, "a scenario");
        await call(reads, read);
      },
    },
    {
      name: "banned",
      policy: "confirm",
      expects: ["denied DENY_SKILL_BANNED"],
      async play({ call, stage: { operator } }) {
        await operator.ban({ subject: skill, add: true, scope: "org" }, "a scenario");
        await call(reads, read);
        await operator.ban({ subject: skill, add: false, scope: "org" }, "a scenario");
      },
    },
    {
      name: "degraded adapter",
      policy: "confirm",
      expects: ["denied DENY_ADAPTER_DEGRADED", "done"],
      async play({ call, adapter, stage: { operator } }) {
        await operator.standing({ subject: skill, state: "degraded", adapter }, "a scenario");
        await call(reads, read);
        await operator.standing({ subject: skill, state: "active", adapter }, "a scenario");
        await call(reads, read);
      },
    },
    {
      name: "held, and met again",
      policy: "confirm",
      expects: ["held", "held"],
      async play({ call }) {
        await call(writes, written(1));
        await call(writes, written(1));
      },
    },
    {
      name: "held, then confirmed",
      policy: "confirm",
      expects: ["done", "held"],
      async play({ call }) {
        await call(writes, written(2), { answer: "yes" });
        await call(writes, written(2));
      },
    },
    {
      name: "held, then declined",
      policy: "confirm",
      expects: ["denied DENY_APPROVAL_REFUSED", "denied DENY_APPROVAL_REFUSED"],
      async play({ call }) {
        await call(writes, written(3), { answer: "no" });
        await call(writes, written(3));
      },
    },
    {
      name: "a hold that expired",
      policy: "confirm",
      expects: ["held", "held"],
      async play({ call, stage }) {
        await call(writes, written(4));
        stage.clock.advance(16 * MINUTE);
        await call(writes, written(4));
      },
    },
    {
      name: "too many holds",
      policy: "confirm",
      expects: [...Array.from({ length: MAX_OPEN_HOLDS }, () => "held"), "denied DENY_RATE_LIMITED"],
      async play({ call }) {
        for (let n = 0; n <= MAX_OPEN_HOLDS; n++) await call(writes, written(100 + n), { person: "carl" });
      },
    },
    {
      name: "a handler's fault",
      policy: "confirm",
      expects: ["failed HANDLER_ERROR"],
      play: ({ call }) => call(cast.throws, cast.anything),
    },
    {
      name: "an answer that is withheld",
      policy: "confirm",
      expects: [`failed ${cast.withheld}`],
      play: ({ call }) => call(cast.misanswers, cast.anything),
    },
    {
      name: "cancelled while it runs",
      policy: "confirm",
      expects: ["failed CANCELLED"],
      async play({ call, stage }) {
        const stop = new AbortController();
        const running = call(cast.waits, cast.anything, { signal: stop.signal });
        await stage.started(cast.waits);
        stop.abort();
        await running;
      },
    },
    {
      name: "revoked in flight",
      policy: "confirm",
      expects: ["failed REVOKED_IN_FLIGHT"],
      async play({ call, stage: { operator, started } }) {
        const running = call(cast.waits, cast.anything);
        await started(cast.waits);
        await operator.standing({ subject: cast.waiter, state: "revoked" }, "a scenario");
        await running;
        await operator.standing({ subject: cast.waiter, state: "active" }, "a scenario");
      },
    },
    {
      name: "parallel",
      policy: "confirm",
      isParallel: true,
      expects: ["done", "done", "denied DENY_INVALID_INPUT", "done"],
      play: ({ callAll }) =>
        callAll([
          [reads, read],
          [reads, read],
          [reads, cast.invalid[0]],
          [reads, read],
        ]),
    },
    {
      name: "held, then approved",
      policy: "approve",
      expects: ["held", "done", "held"],
      async play({ call, stage }) {
        await call(writes, written(5));
        await stage.vote("approve");
        await call(writes, written(5));
        await call(writes, written(5));
      },
    },
    {
      name: "a client's yes where an approver must sign",
      policy: "approve",
      expects: ["held"],
      play: ({ call }) => call(writes, written(6), { answer: "yes" }),
    },
    {
      name: "a client's no where an approver must sign",
      policy: "approve",
      expects: ["denied DENY_APPROVAL_REFUSED"],
      play: ({ call }) => call(writes, written(11), { answer: "no" }),
    },
    {
      name: "refused by an approver",
      policy: "approve",
      expects: ["held", "denied DENY_APPROVAL_REFUSED"],
      async play({ call, stage }) {
        await call(writes, written(7));
        await stage.vote("deny");
        await call(writes, written(7));
      },
    },
    {
      name: "an approval that nobody used in time",
      policy: "approve",
      expects: ["held", "held"],
      async play({ call, stage }) {
        await call(writes, written(8));
        await stage.vote("approve");
        stage.clock.advance(11 * MINUTE);
        await call(writes, written(8));
      },
    },
    {
      name: "approved, then revoked before the call",
      policy: "approve",
      expects: ["held", "denied DENY_SKILL_REVOKED"],
      async play({ call, stage }) {
        const { operator } = stage;
        await call(writes, written(9));
        await stage.vote("approve");
        await operator.standing({ subject: skill, state: "revoked" }, "a scenario");
        await call(writes, written(9));
        await operator.standing({ subject: skill, state: "active" }, "a scenario");
      },
    },
    {
      name: "two callers",
      policy: "approve",
      expects: ["held", "held", "done"],
      async play({ call, stage }) {
        await call(writes, written(10), { person: "ann" });
        await stage.vote("approve");
        await call(writes, written(10), { person: "bob" });
        await call(writes, written(10), { person: "ann" });
      },
    },
    denied("no rule for this environment", "stage", "DENY_UNKNOWN_SKILL"),
    denied("no worker that a rule lists", "workerless", "DENY_NO_AVAILABLE_WORKER"),
    denied("controls that are missing", "strict", "DENY_MISSING_REQUIRED_CONTROLS"),
  ];
}

/** Stories about what only an installed skill has. */
const SKILL_SCENARIOS: readonly Scenario[] = [
  {
    name: "unknown tool",
    policy: "confirm",
    expects: ["denied DENY_UNKNOWN_SKILL"],
    play: ({ call }) => call("no_such_tool", {}),
  },
  {
    name: "publisher revoked",
    policy: "confirm",
    expects: ["denied DENY_PUBLISHER_REVOKED"],
    async play({ call, stage: { operator } }) {
      const subject = `publisher:${KEYS.publisher.key}`;
      await operator.standing({ subject, state: "revoked" }, "a scenario");
      await call("search_notes", { query: "tea" });
      await operator.standing({ subject, state: "active" }, "a scenario");
    },
  },
  {
    name: "not certified",
    policy: "untrusting",
    expects: ["denied DENY_NOT_CERTIFIED"],
    play: ({ call }) => call("search_notes", { query: "tea" }),
  },
  {
    name: "namespace of another tenant",
    policy: "narrow",
    expects: ["denied DENY_UNKNOWN_SKILL"], // the same words for what is hidden and what isn't there
    play: ({ call }) => call("search_notes", { query: "tea" }),
  },
];

/** Stories about what only a host's own tool has. */
const HOST_SCENARIOS: readonly Scenario[] = [
  {
    name: "a capability that no rule is about",
    policy: "confirm",
    expects: ["denied DENY_UNKNOWN_SKILL"],
    play: ({ call }) => call("ruleless", { to: "ann" }),
  },
  {
    name: "definition changed",
    policy: "confirm",
    expects: ["denied DENY_DEFINITION_CHANGED"],
    play: ({ call }) => call("impostor", { to: "ann" }),
  },
];

const NOT_APPLIED = (tool: string, args: Json): Scenario => ({
  name: "policy not applied",
  policy: null,
  expects: ["denied DENY_POLICY_NOT_APPLIED"],
  play: ({ call }) => call(tool, args),
});

/** The table for tools of skills. */
export const OWN_SCENARIOS: readonly Scenario[] = [
  NOT_APPLIED("search_notes", { query: "tea" }),
  ...scenariosOf(OWN_CAST),
  ...SKILL_SCENARIOS,
];

/** The table for tools whose code the host holds. */
export const ROUTE_SCENARIOS: readonly Scenario[] = [
  NOT_APPLIED("mail", { to: "ann" }),
  ...scenariosOf(ROUTE_CAST),
  ...HOST_SCENARIOS,
];
export const GUARDED_SCENARIOS: readonly Scenario[] = [
  NOT_APPLIED("mail", { to: "ann" }),
  ...scenariosOf(HOST_CAST),
  ...HOST_SCENARIOS,
];

function nested(depth: number): Json {
  let value: Json = 0;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}
