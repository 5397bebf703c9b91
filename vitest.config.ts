import { defineConfig } from 'vitest/config'
import { FileOrder } from './test/file-order.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // For two cores: the longest tests mostly wait for Terraform, which waits by itself; those that boot namespaces do not.
    maxWorkers: 5,
    sequence: { sequencer: FileOrder },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
