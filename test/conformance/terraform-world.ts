// A suite of unmodified Terraform against a daemon of its own, whose network is the model: no packet moves, and it needs no
// root. Where there is no Terraform it is skipped, loudly.

import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

export const MINUTES = 60_000

export interface TerraformWorld {
  readonly world: LabWorld
  /** With the configuration of the suite, and nothing applied. */
  readonly terraform: Terraform
  /** For an SDK client, as the root user of an account. */
  clientOptions(account?: string): ClientOptions
}

interface ClientOptions {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** `configuration` is a folder beside this file. */
export function describeTerraform(name: string, configuration: string, suite: (its: TerraformWorld) => void): void {
  const binary = findTerraform()
  if (!binary) console.warn(`SKIPPED: ${name}. Neither terraform nor tofu is on the PATH; install one.`)
  describe.skipIf(!binary)(name, () => {
    let world: LabWorld | undefined
    let terraform: Terraform | undefined

    beforeAll(async () => {
      world = await LabWorld.start(['--dataplane', 'model'])
      const source = fileURLToPath(new URL(configuration, import.meta.url))
      terraform = await Terraform.attach(binary ?? '', source, world.clientEnvironment())
    })

    afterAll(async () => {
      await terraform?.dispose()
      await world?.stop()
    })

    suite({
      get world() {
        return begun(world)
      },
      get terraform() {
        return begun(terraform)
      },
      clientOptions: (account = '123456789012') => ({
        endpoint: begun(world).endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: account, secretAccessKey: 'unused' },
      }),
    })
  })
}

function begun<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the world is there in tests and hooks, not while a suite is collected')
  return value
}
