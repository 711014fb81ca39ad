import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src", "web", "test", "company"].map((folder) => `${folder}/**/*.test.ts`),
    testTimeout: 180_000,
    hookTimeout: 300_000,
    pool: "forks",
    // Tests of the real model use two spinning threads each: side by side on two cores they would time out.
    maxWorkers: process.env.CI ? 1 : 2,
    passWithNoTests: false,
  },
});
export default config;
