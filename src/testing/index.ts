export type { TestClock, Time } from "./clock.js";
export { openTestHall, type TestHall, type TestHallOptions } from "./openTestHall.js";
export type { TestAnswer, TestApprovals } from "./people.js";
export type { TestPolicy } from "./policy.js";
