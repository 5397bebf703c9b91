// Which instances a command or an association is for, and how many of them at once.

import type { Target } from '@aws-sdk/client-ssm'
import { ApiError } from '../../../errors.ts'
import type { InstanceId } from '../../../store/records.ts'
import type { SsmCommand } from '../../../store/ssm-records.ts'
import { type Managed, managedInstances } from '../instance/managed-instance.ts'
import type { Asker, Ssm } from '../ssm.ts'

export type Targets = SsmCommand['targets']

/** Throws InvalidTarget: by id or by tag is what is served. */
export function requireTargets(targets: readonly Target[]): Targets {
  for (const { Key = '', Values = [] } of targets) {
    const isKnown = /^instanceids$/i.test(Key) || Key === 'tag-key' || Key.startsWith('tag:')
    if (!isKnown)
      throw new ApiError('InvalidTarget', `The target key '${Key}' is not served: InstanceIds, tag:… and tag-key are.`)
    if (Values.length === 0) throw new ApiError('InvalidTarget', `The target ${Key} has no values.`)
  }
  return targets.map(({ Key = '', Values = [] }) => ({ key: Key, values: Values }))
}

/** The managed instances that run and meet every target. */
export function selectTargets(ssm: Pick<Ssm, 'store'>, targets: Targets, asker: Asker): readonly InstanceId[] {
  return managedInstances(ssm, asker)
    .filter(isRunning)
    .filter(({ instance: { id, tags } }) =>
      targets.every(({ key, values }) => {
        if (/^instanceids$/i.test(key)) return values.includes(id) || values.includes('*')
        if (key === 'tag-key') return values.some((one) => Object.hasOwn(tags, one))
        const value = tags[key.slice('tag:'.length)]
        return value !== undefined && values.includes(value)
      }),
    )
    .map(({ managed }) => managed.id)
}

export function isRunning(managed: Managed | undefined): boolean {
  return managed?.instance.state === 'running' || managed?.instance.state === 'pending'
}

/** `10` or `10%`. */
export function requireShare(name: string, text: string, least: number): string {
  const isShare = /^(?:\d{1,7}|(?:100|[1-9]?\d)%)$/.test(text) && Number.parseInt(text, 10) >= least
  if (isShare) return text
  throw new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${text}' at '${name}' failed to satisfy constraint: Member must be a number or a percentage`,
  )
}
