import { NamespaceSchema } from "../protocol/ids.js";
import { LifecycleError } from "./error.js";

/** A change of authority that was shown and, when `accepted`, is in force. `record_id` is null when it was so already. */
export type AuthorityReport = {
  readonly accepted: boolean;
  readonly record_id: string | null;
  readonly changes: readonly string[];
};

/** Throws LifecycleError BAD_ARGUMENT for what is no namespace. */
export function checkNamespace(namespace: string): void {
  if (NamespaceSchema.safeParse(namespace).success) return;
  throw new LifecycleError(
    "BAD_ARGUMENT",
    `${JSON.stringify(namespace)} isn't a namespace.`,
    "Write x.<name> or org.<name>.",
  );
}
