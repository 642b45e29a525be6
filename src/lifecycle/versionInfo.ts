import { VERSION } from "../protocol/version.js";
import type { Workshop } from "./workshop.js";

/** Which Hall this is, which WCP it speaks, and on what it runs. */
export type VersionInfo = { readonly hall: string; readonly wcp: string; readonly node: string };

/** WCP_VERSION of the seeds. */
const WCP_VERSION = "0.1";

export function versionInfo(_ws?: Workshop): VersionInfo {
  return { hall: VERSION, wcp: WCP_VERSION, node: process.versions.node };
}
