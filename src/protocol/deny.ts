import { ATTEST_CODES } from "./package.js";
/* table to come */
export const DENY_CODES = [...ATTEST_CODES] as const;
export type DenyCode = string;
