import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks", // a test that leaks or changes its process harms no other file
    maxWorkers: "100%", // the default leaves one core idle, which of two is half
  },
});
