// All EC2 actions that Postern serves.

import { endpointAuthorisations } from '../../control/ec2/endpoint/endpoint-authorisation.ts'
import { instanceProfileAuthorisations } from '../../control/ec2/instance/instance-profile-authorisation.ts'
import type { Records } from '../../store/store.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import { ec2InstanceReads, ec2InstanceWrites, type InstanceHost } from './ec2-instances.ts'
import { EC2_NETWORK_READS, EC2_NETWORK_WRITES } from './ec2-network.ts'

type Ec2Operations = Pick<ControlAdapterOptions, 'reads' | 'writes'> &
  Required<Pick<ControlAdapterOptions, 'authorisations'>>

/** The rows of EC2 for `controlAdapter`. */
export function ec2Operations(host: InstanceHost): Ec2Operations {
  return {
    reads: { ...EC2_NETWORK_READS, ...ec2InstanceReads(host) },
    writes: { ...EC2_NETWORK_WRITES, ...ec2InstanceWrites(host) },
    authorisations: Object.fromEntries([
      ...GIVING_A_PROFILE.map((operation) => [operation, askForProfile] as const),
      ...OF_ENDPOINTS.map((operation) => [operation, askForService] as const),
    ]),
  }
}

const GIVING_A_PROFILE = ['RunInstances', 'AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation']

const OF_ENDPOINTS = ['CreateVpcEndpoint', 'ModifyVpcEndpoint', 'DeleteVpcEndpoints']

type Ask = NonNullable<ControlAdapterOptions['authorisations']>[string]

const askForService: Ask = (records: Records, call) => {
  const account = call.principal.kind === 'anonymous' ? '' : call.principal.account
  return endpointAuthorisations(records, account, call.operation, call.input)
}

const askForProfile: Ask = (records: Records, call) => {
  const account = call.principal.kind === 'anonymous' ? '' : call.principal.account
  return instanceProfileAuthorisations(records, account, call.operation, call.input)
}
