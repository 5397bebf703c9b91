// How a lab is built: by Terraform from the .tf files beside it, or by the AWS SDK where there is no Terraform. A lab
// goes through situations; each says what is in place.

import { fileURLToPath } from 'node:url'
import type { LabWorld } from './lab-world.ts'
import { findTerraform, Terraform, type Variables } from './terraform.ts'

export interface Deployment<Situation, Built> {
  /** How the lab was built, for the reader. */
  readonly tool: string
  /** Makes it so; rejects with what AWS said when it cannot be. */
  apply(situation: Situation): Promise<Built>
  /** What a second plan would change now; undefined is the only good answer. Absent where there are no plans. */
  remainingChanges?(): Promise<string | undefined>
  /** Deletes all of it. */
  destroy(): Promise<void>
}

/** What Terraform must know of a lab. */
export interface TerraformLab<Situation, Built> {
  /** Where the .tf files are. */
  readonly directory: URL
  variables(situation: Situation): Variables
  built(outputs: Readonly<Record<string, unknown>>): Built
}

export class TerraformDeployment<Situation, Built> implements Deployment<Situation, Built> {
  readonly tool: string
  #terraform: Terraform
  #lab: TerraformLab<Situation, Built>
  #applied: Variables = {}

  private constructor(terraform: Terraform, lab: TerraformLab<Situation, Built>) {
    this.tool = `Terraform (${terraform.binary})`
    this.#terraform = terraform
    this.#lab = lab
  }

  static async init<Situation, Built>(
    world: LabWorld,
    binary: string,
    lab: TerraformLab<Situation, Built>,
  ): Promise<TerraformDeployment<Situation, Built>> {
    const { directory } = world
    // In the world's directory, which goes with the world whatever becomes of the lab.
    const terraform = await Terraform.init(binary, fileURLToPath(lab.directory), world.clientEnvironment(), directory)
    return new TerraformDeployment(terraform, lab)
  }

  async apply(situation: Situation): Promise<Built> {
    this.#applied = this.#lab.variables(situation)
    await this.#terraform.apply(this.#applied)
    return this.#lab.built(await this.#terraform.outputs())
  }

  remainingChanges(): Promise<string | undefined> {
    return this.#terraform.remainingChanges(this.#applied)
  }

  async destroy(): Promise<void> {
    await this.#terraform.destroy(this.#applied)
    await this.#terraform.dispose()
  }
}

/** Terraform where it is and can run, else the SDK. */
export async function chooseDeployment<Situation, Built>(
  world: LabWorld,
  lab: TerraformLab<Situation, Built>,
  bySdk: (world: LabWorld) => Deployment<Situation, Built>,
): Promise<Deployment<Situation, Built>> {
  const binary = findTerraform()
  if (!binary) return bySdk(world)
  try {
    return await TerraformDeployment.init(world, binary, lab)
  } catch (error) {
    const lines = String(error).split('\n')
    const reason = lines.filter((line) => /Error/.test(line)).at(-1) ?? error
    console.log(`${binary} init failed (${reason}); going on without Terraform`)
    return bySdk(world)
  }
}
