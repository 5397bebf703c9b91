// The order in which vitest takes the test files: those that mostly wait, for Terraform or for a lab, are spread evenly
// among those that move packets, so that neither kind leaves the machine idle. The unit tests come in the end and in one
// piece: a worker that goes from one of them to the next keeps the modules that it has read, and they are short.

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
    const others = sorted.filter(({ moduleId }) => !WAITING.test(moduleId))
    const moving = others.filter(({ project }) => project.config.isolate)
    const share = Math.ceil(moving.length / (waiting.length + 1))
    // A waiting one in front, and one after each share of those that move packets.
    return waiting
      .flatMap((one, index) => [one, ...moving.slice(index * share, (index + 1) * share)])
      .concat(moving.slice(waiting.length * share))
      .concat(others.filter(({ project }) => !project.config.isolate))
  }
}
