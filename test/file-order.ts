// The order in which vitest takes the test files: those that mostly wait, for Terraform or for a lab, are spread evenly
// among those that compute, so that neither kind leaves the machine idle or runs alone in the end.

import { BaseSequencer, type TestSpecification } from 'vitest/node'

const WAITING = /\/(terraform-[^/]*|labs\/[^/]*)\.test\.ts$/
/** Those that would be the last to end. */
const LONGEST =
  /\/(terraform-(endpoints|endpoint-services|instances|ipv6|large|load-balancing|messaging|names|resolver|vpn)|labs\/[^/]*)\.test\.ts$/

export class FileOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const longFirst = (id: string) => Number(!LONGEST.test(id))
    const waiting = sorted
      .filter(({ moduleId }) => WAITING.test(moduleId))
      .sort((a, b) => longFirst(a.moduleId) - longFirst(b.moduleId))
    const computing = sorted.filter(({ moduleId }) => !WAITING.test(moduleId))
    const share = Math.ceil(computing.length / (waiting.length + 1))
    // A waiting one in front, and one after each share of the others.
    return waiting
      .flatMap((one, index) => [one, ...computing.slice(index * share, (index + 1) * share)])
      .concat(computing.slice(waiting.length * share))
  }
}
