import type { Gate } from "../hall/types.js";
import type { Extra } from "./extra.js";
import type { Reach } from "./holding.js";
import { type Listing, openListing } from "./listing.js";
import { type LogFilter, openLogFilter } from "./logging.js";
import type { Peer } from "./peer.js";
import { openPrompts, type Prompts } from "./prompts.js";
import type { Change, PromptProvider, Reading, ResourceProvider } from "./provider.js";
import { openRecentCalls, type RecentCalls } from "./recent.js";
import { openResources, type Resources } from "./resources.js";

/** What one client and this server have with each other, from initialize to the end. */
export type Session = {
  readonly gate: Gate;
  readonly peer: Peer;
  readonly reach: Reach;
  readonly listing: Listing;
  readonly resources: Resources;
  readonly prompts: Prompts;
  readonly logs: LogFilter;
  readonly recent: RecentCalls;
  /** How a request reads what it shows. */
  readingFor(extra: Extra): Reading;
  /** Tells the client, soon and once for many, which of the resources that it watches may have changed. */
  changed(what: Change): void;
  end(): void;
};

export type SessionOptions = {
  readonly gate: Gate;
  readonly peer: Peer;
  readonly reach: Reach;
  readonly resources: readonly ResourceProvider[];
  readonly prompts: readonly PromptProvider[];
};

const CHANGES_WITHIN_MS = 50; // an upgrade is several changes and one notification

export function openSession(options: SessionOptions): Session {
  const { gate, peer, reach } = options;
  const listing = openListing(gate);
  const resources = openResources(options.resources);
  const recent = openRecentCalls();
  const updated = (what: Change) =>
    onceWithin(CHANGES_WITHIN_MS, () => {
      for (const uri of resources.touchedBy(what)) {
        void peer.notify({ method: "notifications/resources/updated", params: { uri } });
      }
    });
  const tell = { calls: updated("calls"), tools: updated("tools") };
  const tellLists = onceWithin(CHANGES_WITHIN_MS, () => {
    void peer.notify({ method: "notifications/tools/list_changed" });
    void peer.notify({ method: "notifications/resources/list_changed" });
  });
  const stopListening = gate.onToolsChanged(() => {
    listing.changed();
    tellLists();
    tell.tools();
  });
  return {
    gate,
    peer,
    reach,
    listing,
    resources,
    prompts: openPrompts(options.prompts),
    logs: openLogFilter(),
    recent,
    readingFor: ({ signal }) => ({
      call: (tool, args) => gate.invoke(tool, args, { signal }),
      tools: () => gate.tools(),
      recent: recent.ids,
    }),
    changed: (what) => tell[what](),
    end: stopListening,
  };
}

/** Runs `action` once, `ms` after the first of any number of calls in that time. */
function onceWithin(ms: number, action: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      action();
    }, ms).unref();
  };
}
