// CPU credits of burstable instances.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html

import type {
  DescribeInstanceCreditSpecificationsRequest,
  DescribeInstanceCreditSpecificationsResult,
  ModifyInstanceCreditSpecificationRequest,
  ModifyInstanceCreditSpecificationResult,
} from '@aws-sdk/client-ec2'
import { findInstanceType, type InstanceType } from '../../../catalogue/instance-types.ts'
import { ApiError } from '../../../errors.ts'
import type { Instance } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyPlainFilters } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed } from '../request/require.ts'

type CpuCredits = 'standard' | 'unlimited'

/** What an instance of this type gets: what is asked for, or its family's default; undefined when it has no credits. */
export function parseCreditSpecification(type: InstanceType, credits: string | undefined): CpuCredits | undefined {
  if (!type.burstable) {
    if (credits === undefined) return undefined
    throw new ApiError(
      'InvalidParameterCombination',
      `The parameter CreditSpecification is not supported for the instance type ${type.name}, which is not burstable.`,
    )
  }
  const chosen = parseChoice('creditSpecification.cpuCredits', credits, ['standard', 'unlimited'])
  return chosen ?? (type.name.startsWith('t2.') ? 'standard' : 'unlimited')
}

/** By id: each of these. By none: those that spend without limit, as in AWS. */
export function describeInstanceCreditSpecifications(
  records: Records,
  caller: Caller,
  input: DescribeInstanceCreditSpecificationsRequest,
): DescribeInstanceCreditSpecificationsResult {
  const ids = input.InstanceIds ?? []
  const named = requireNamed(records.instances, caller, 'Instance', ids)
  const plain = ids.length > 0 && named.find((instance) => !instance.creditSpecification)
  if (plain) {
    throw new ApiError(
      'InvalidParameterValue',
      `The instance '${plain.id}' of type ${plain.instanceType} is not a burstable performance instance`,
    )
  }
  const shown = ids.length > 0 ? named : named.filter((one) => one.creditSpecification === 'unlimited' && isAlive(one))
  const filtered = applyPlainFilters(shown, input.Filters, { 'instance-id': (instance) => instance.id })
  const { items, nextToken } = pageOf(filtered, input, (instance) => instance.id, {
    min: 5,
    max: 1000,
    hasIds: ids.length > 0,
  })
  return {
    InstanceCreditSpecifications: items.map((one) => ({ InstanceId: one.id, CpuCredits: one.creditSpecification })),
    NextToken: nextToken,
  }
}

/** Each instance succeeds or fails by itself. */
export function modifyInstanceCreditSpecification(
  tx: Tx,
  caller: Caller,
  input: ModifyInstanceCreditSpecificationRequest,
): ModifyInstanceCreditSpecificationResult {
  const changed: string[] = []
  const failed: { id: string; code: 'InvalidInstanceID.NotFound' | 'InstanceCreditSpecification.NotSupported' }[] = []
  for (const { InstanceId: id = '', CpuCredits: credits } of input.InstanceCreditSpecifications ?? []) {
    const instance = tx.instances.get(id)
    if (!instance || instance.owner !== caller.account || instance.region !== caller.region) {
      failed.push({ id, code: 'InvalidInstanceID.NotFound' })
      continue
    }
    const type = findInstanceType(instance.instanceType)
    if (!type?.burstable) {
      failed.push({ id, code: 'InstanceCreditSpecification.NotSupported' })
      continue
    }
    tx.instances.update(id, { creditSpecification: parseCreditSpecification(type, credits) })
    changed.push(id)
  }
  return {
    SuccessfulInstanceCreditSpecifications: changed.map((id) => ({ InstanceId: id })),
    UnsuccessfulInstanceCreditSpecifications: failed.map(({ id, code }) => ({
      InstanceId: id,
      Error: { Code: code, Message: `${id} does not exist or is not burstable` },
    })),
  }
}

function isAlive(instance: Instance): boolean {
  return instance.state !== 'shutting-down' && instance.state !== 'terminated'
}
