// All EC2 actions that Postern serves.

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
    authorisations: Object.fromEntries(GIVING_A_PROFILE.map((operation) => [operation, askForProfile])),
  }
}

const GIVING_A_PROFILE = ['RunInstances', 'AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation']

const askForProfile: NonNullable<ControlAdapterOptions['authorisations']>[string] = (records: Records, call) => {
  const account = call.principal.kind === 'anonymous' ? '' : call.principal.account
  return instanceProfileAuthorisations(records, account, call.operation, call.input)
}
