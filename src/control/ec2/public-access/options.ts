// VPC Block Public Access: an account's word that internet gateways carry nothing, whatever routes and groups say.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcBlockPublicAccessOptions.html

import type {
  DescribeVpcBlockPublicAccessOptionsRequest,
  DescribeVpcBlockPublicAccessOptionsResult,
  ModifyVpcBlockPublicAccessOptionsRequest,
  ModifyVpcBlockPublicAccessOptionsResult,
  VpcBlockPublicAccessOptions,
} from '@aws-sdk/client-ec2'
import { missingParameter } from '../../../errors.ts'
import { type PublicAccessOptions, publicAccessOptionsId } from '../../../store/public-access-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'

export function describeVpcBlockPublicAccessOptions(
  records: Records,
  caller: Caller,
  _input: DescribeVpcBlockPublicAccessOptionsRequest,
): DescribeVpcBlockPublicAccessOptionsResult {
  const id = publicAccessOptionsId(caller.account, caller.region)
  return { VpcBlockPublicAccessOptions: toOptions(caller, records.publicAccessOptions.get(id)) }
}

/** In force when the kernel has it: `update-in-progress` until then. */
export function modifyVpcBlockPublicAccessOptions(
  tx: Tx,
  caller: Caller,
  input: ModifyVpcBlockPublicAccessOptionsRequest,
): ModifyVpcBlockPublicAccessOptionsResult {
  const modes = ['off', 'block-bidirectional', 'block-ingress'] as const
  const mode = parseChoice('internetGatewayBlockMode', input.InternetGatewayBlockMode, modes)
  if (!mode) throw missingParameter('internetGatewayBlockMode')
  const { account: owner, region, now } = caller
  const id = publicAccessOptionsId(owner, region)
  const set = { id, owner, region, mode, state: 'update-in-progress' as const, updatedAt: now.toISOString() }
  const known = tx.publicAccessOptions.get(id)
  const options = known ? tx.publicAccessOptions.update(id, set) : tx.publicAccessOptions.insert(set)
  return { VpcBlockPublicAccessOptions: toOptions(caller, options) }
}

/** Off, as in every account that did not turn it on. */
function toOptions({ account, region }: Caller, options: PublicAccessOptions | undefined): VpcBlockPublicAccessOptions {
  return {
    AwsAccountId: account,
    AwsRegion: region,
    State: options?.state ?? 'default-state',
    InternetGatewayBlockMode: options?.mode ?? 'off',
    ...(options && { LastUpdateTimestamp: new Date(options.updatedAt) }),
    ManagedBy: 'account',
    ExclusionsAllowed: 'allowed',
  }
}
