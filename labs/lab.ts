// One lab: how it is built and what it proves; and what all labs share in running: a world of its own, the proofs
// printed as they come, and everything gone afterwards.

import { chooseDeployment, type Deployment, TerraformDeployment, type TerraformLab } from './deployment.ts'
import { LabWorld } from './lab-world.ts'
import { Proofs } from './proofs.ts'
import { findTerraform } from './terraform.ts'

export interface LabRun<Situation, Built> {
  readonly world: LabWorld
  readonly deployment: Deployment<Situation, Built>
  readonly proofs: Proofs
  /** The client inside instances; absent: the AWS CLI where there is one. */
  readonly client?: ClientName
}

/** The AWS CLI, or curl, which signs by itself. */
export type ClientName = 'aws' | 'curl'

export interface Lab<Situation, Built> extends TerraformLab<Situation, Built> {
  readonly name: string
  bySdk(world: LabWorld): Deployment<Situation, Built>
  /** All claims, in order; each situation is built by the deployment. */
  prove(run: LabRun<Situation, Built>): Promise<void>
}

export interface LabOptions {
  /** Leaves world and deployment as they are in the end. */
  readonly keep?: boolean
}

/** Runs the lab in a world of its own and prints each proof; true when every claim held. */
export async function runLab<Situation, Built>(
  lab: Lab<Situation, Built>,
  { keep = false }: LabOptions,
): Promise<boolean> {
  const started = Date.now()
  const world = await LabWorld.start()
  const proofs = new Proofs()
  const interrupted = () => void leave(world)
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    const deployment = await chooseDeployment(world, lab, lab.bySdk)
    console.log(`${lab.name}: built by ${deployment.tool}, at ${world.endpoint}`)
    await proveAll(lab, { world, deployment, proofs })
    if (!keep) await deployment.destroy()
  } finally {
    if (keep) console.log(`\nkept: export POSTERN_ENDPOINT=${world.endpoint}`)
    else await world.stop()
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
  const held = proofs.all.length - proofs.failed.length
  console.log(`\n${held} of ${proofs.all.length} claims proved in ${Math.round((Date.now() - started) / 1000)} s`)
  for (const { claim, why } of proofs.skipped) console.log(`NOT PROVED: ${claim}: ${why}`)
  return proofs.failed.length === 0
}

/** A daemon outlives who started it, so an interrupted lab takes its world with it. */
async function leave(world: LabWorld): Promise<void> {
  console.log('\ninterrupted: taking the world down')
  await world.stop().catch((error: unknown) => console.error(String(error)))
  process.exit(130)
}

/** The lab's own claims, and that Terraform finds in the end what it made. */
async function proveAll<Situation, Built>(lab: Lab<Situation, Built>, run: LabRun<Situation, Built>): Promise<void> {
  const { deployment, proofs } = run
  await lab.prove(run)
  if (!deployment.remainingChanges) return
  await proofs.prove('a second terraform plan changes nothing', async () => {
    const changes = await deployment.remainingChanges?.()
    return { passed: changes === undefined, evidence: changes ?? '' }
  })
}

/** The same for a test, which looks at the proofs itself. */
export async function proofsOf<Situation, Built>(
  lab: Lab<Situation, Built>,
  by: 'sdk' | 'terraform',
  client?: ClientName,
): Promise<Proofs> {
  const world = await LabWorld.start()
  try {
    const deployment =
      by === 'sdk' ? lab.bySdk(world) : await TerraformDeployment.init(world, findTerraform() ?? 'terraform', lab)
    const proofs = new Proofs(() => undefined)
    await proveAll(lab, { world, deployment, proofs, ...(client && { client }) })
    await deployment.destroy()
    for (const { claim, why } of proofs.skipped) console.warn(`SKIPPED: ${lab.name}: ${claim}: ${why}`)
    return proofs
  } finally {
    await world.stop()
  }
}
