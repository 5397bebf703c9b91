// A vitest reporter that ends the run with one line of counts, and names what was skipped, and what passed only at a
// second try, so that neither is silent.

import type { Reporter, TestCase, TestModule } from 'vitest/node'

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const skipped = new Set(
      tests
        .filter((test) => test.result().state === 'skipped')
        .map((test) => `${test.module.relativeModuleId}: ${test.fullName}`),
    )
    for (const name of skipped) console.log(`SKIPPED ${name}`)
    for (const test of tests.filter((test) => test.diagnostic()?.flaky)) {
      console.log(`SECOND TRY ${test.module.relativeModuleId}: ${test.fullName}\n${firstError(test)}`)
    }
    // A file that cannot be loaded has no tests, and still is a failure; so is an error outside all tests.
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    )
    console.log(
      `${count('passed')} passed, ${count('failed') + broken.length + errors.length} failed, ${count('skipped')} skipped`,
    )
  }
}

function firstError(test: TestCase): string {
  const [error] = test.result().errors ?? []
  return `  ${error?.stacks?.[0]?.line ?? '?'}: ${error?.message ?? 'no error is known'}`.replaceAll('\n', '\n  ')
}
