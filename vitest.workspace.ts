import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

// An ordinary Vitest configuration, chosen with `--config`: one project per package, run from sources. Files share their
// workers: no module holds state, and loading modules for each file again would take longer than the tests.
const conditions = ["@parley/source", "module", "node", "development|production"]

export default defineConfig({
  ssr: { resolve: { conditions } },
  resolve: { conditions },
  test: {
    // By itself Vitest leaves one core alone, which is half of a small machine; many tests wait for processes anyway.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: ["mcp", "auth", "node", "simulation", "conformance", "examples", "benchmarks"].map((name) => ({
      extends: true as const,
      test: {
        name,
        root: `packages/${name}`,
        include: ["test/**/*.test.ts"],
        isolate: false,
        testTimeout: 20_000
      }
    }))
  }
})
