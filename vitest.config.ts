import { defineConfig } from 'vitest/config'
import { FileOrder } from './test/file-order.ts'

export default defineConfig({
  test: {
    // For two cores: the longest tests mostly wait for Terraform, which waits by itself; those that boot namespaces do not.
    maxWorkers: 5,
    sequence: { sequencer: FileOrder },
    // Bounds for what hangs, far from what a test takes on a machine that others use too.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      // These compute and leave nothing behind, so that a worker keeps the modules that it has read.
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts'], isolate: false } },
      // Real packets, processes and clients on a machine that may be busy: a second try, which the counts name.
      { extends: true, test: { name: 'world', include: ['test/**/*.test.ts'], retry: 1 } },
    ],
  },
})
