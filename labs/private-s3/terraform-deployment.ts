// The lab by Terraform, from the .tf files beside this one.

import { fileURLToPath } from 'node:url'
import type { LabWorld } from '../lab-world.ts'
import { Terraform } from '../terraform.ts'
import type { Built, Deployment, Situation } from './deployment.ts'

export class TerraformDeployment implements Deployment {
  readonly tool: string
  #terraform: Terraform

  private constructor(terraform: Terraform) {
    this.tool = `Terraform (${terraform.binary})`
    this.#terraform = terraform
  }

  static async init(world: LabWorld, binary: string): Promise<TerraformDeployment> {
    const source = fileURLToPath(new URL('.', import.meta.url))
    return new TerraformDeployment(await Terraform.init(binary, source, world.clientEnvironment()))
  }

  async apply(situation: Situation): Promise<Built> {
    await this.#terraform.apply(variables(situation))
    const outputs = await this.#terraform.outputs()
    return {
      instanceId: String(outputs.instance_id),
      routeTableId: String(outputs.route_table_id),
      securityGroupId: String(outputs.security_group_id),
      endpointId: outputs.endpoint_id ? String(outputs.endpoint_id) : undefined,
    }
  }

  /** What a second plan would change; undefined is the only good answer. */
  remainingChanges(situation: Situation): Promise<string | undefined> {
    return this.#terraform.remainingChanges(variables(situation))
  }

  async destroy(): Promise<void> {
    await this.#terraform.destroy()
    await this.#terraform.dispose()
  }
}

function variables(situation: Situation): Record<string, boolean> {
  return {
    endpoint: situation.endpoint,
    endpoint_routed: situation.endpointRouted,
    egress_https: situation.egressHttps,
  }
}
