// Associations made, changed, run and deleted.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/state-manager-associations.html

import { randomUUID } from 'node:crypto'
import type {
  AssociationDescription,
  CreateAssociationBatchRequest,
  CreateAssociationRequest,
  DeleteAssociationRequest,
  StartAssociationsOnceRequest,
  UpdateAssociationRequest,
} from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { Authorisation } from '../../../iam/request.ts'
import type { SsmAssociation } from '../../../store/ssm-records.ts'
import { asksOnDocument } from '../document/find-document.ts'
import { asksOnInstance, findManaged } from '../instance/managed-instance.ts'
import { requireTags } from '../resource-tags.ts'
import { asks, callerOf, type Ssm, type SsmRows, ssmArn, write } from '../ssm.ts'
import { executionsOf, inForce, nextRun, runAssociation } from './association-runs.ts'
import { requireSettings } from './association-settings.ts'
import { descriptionOf } from './association-shape.ts'
import { asksOnAssociation, findAssociation, noSuchAssociation, requireAssociation } from './find-association.ts'

export const associationOperations: SsmRows = {
  CreateAssociation: { run: createAssociation, asks: asksForMaking },
  CreateAssociationBatch: {
    run: createAssociationBatch,
    asks: (ssm, { Entries = [] }: CreateAssociationBatchRequest, call) =>
      Entries.length === 0
        ? [asksOnDocument(ssm.store.records, call, '*')]
        : Entries.flatMap((one) =>
            asksForMaking(ssm, one, call).filter(({ resource }) => !/:association\//.test(resource)),
          ),
  },
  DeleteAssociation: { run: deleteAssociation, asks: asksOnAssociation },
  StartAssociationsOnce: {
    run: startAssociationsOnce,
    asks: (ssm, { AssociationIds = [] }: StartAssociationsOnceRequest, call) =>
      (AssociationIds.length > 0 ? AssociationIds : ['*']).flatMap((AssociationId) =>
        asksOnAssociation(ssm, { AssociationId }, call),
      ),
  },
  UpdateAssociation: { run: updateAssociation, asks: asksOnAssociation },
}

const MOST_ASSOCIATIONS = 2_000
const MOST_VERSIONS = 100

async function createAssociation(ssm: Ssm, input: CreateAssociationRequest, call: Call): Promise<object> {
  return { AssociationDescription: await create(ssm, input, call) }
}

/** Each entry by itself: what is wrong with one is said of that one. */
async function createAssociationBatch(ssm: Ssm, input: CreateAssociationBatchRequest, call: Call): Promise<object> {
  const Successful: AssociationDescription[] = []
  const Failed: object[] = []
  for (const Entry of input.Entries ?? []) {
    try {
      Successful.push(await create(ssm, Entry, call))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      Failed.push({ Entry, Message: error.message, Fault: 'Client' })
    }
  }
  return { Successful, Failed }
}

async function create(ssm: Ssm, input: CreateAssociationRequest, call: Call): Promise<AssociationDescription> {
  const { InstanceId: instanceId } = input
  if (instanceId && !findManaged(ssm, call, instanceId)) {
    throw new ApiError('InvalidInstanceId', `The instance ID ${instanceId} is not valid.`)
  }
  const settings = requireSettings(ssm, call, input)
  const version = { version: '1', createdAt: call.now.toISOString(), ...settings }
  const association: SsmAssociation = {
    id: randomUUID(),
    owner: callerOf(call).account,
    region: call.region,
    tags: requireTags(input.Tags ?? []),
    ...(instanceId && { instanceId }),
    versions: [version],
    ...(version.scheduleExpression !== undefined && nextRun(version, call.now)),
  }
  await write(ssm, (tx) => {
    const others = tx.ssmAssociations.where('owner', association.owner).filter(({ region }) => region === call.region)
    if (others.length >= MOST_ASSOCIATIONS) {
      throw new ApiError('AssociationLimitExceeded', `You can have at most ${MOST_ASSOCIATIONS} active associations.`)
    }
    const isSame = (one: SsmAssociation) =>
      one.instanceId === instanceId && inForce(one).documentName === version.documentName
    if (instanceId && others.some(isSame)) {
      throw new ApiError('AssociationAlreadyExists', 'The specified association already exists.')
    }
    tx.ssmAssociations.insert(association)
  })
  if (!version.applyOnlyAtCronInterval) await runAssociation(ssm, association.id)
  return descriptionOf(ssm, requireAssociation(ssm, { AssociationId: association.id }, call))
}

/** Takes every setting anew: one that is not said is gone, but for the document and its targets. */
async function updateAssociation(ssm: Ssm, input: UpdateAssociationRequest, call: Call): Promise<object> {
  const association = requireAssociation(ssm, input, call)
  const last = inForce(association)
  const { AssociationVersion: of = '$LATEST' } = input
  if (of !== '$LATEST' && of !== last.version) {
    throw new ApiError('InvalidAssociationVersion', `Version ${of} is not the latest, which is ${last.version}.`)
  }
  const kept = {
    Name: last.documentName,
    Targets: last.targets.map(({ key, values }) => ({ Key: key, Values: [...values] })),
  }
  const { AssociationId, AssociationVersion, ...said } = input
  const settings = requireSettings(ssm, call, { ...kept, ...defined(said) })
  if (Number(last.version) >= 1_000) {
    throw new ApiError('AssociationVersionLimitExceeded', 'An association has at most 1,000 versions.')
  }
  const version = { version: String(Number(last.version) + 1), createdAt: call.now.toISOString(), ...settings }
  await write(ssm, (tx) =>
    tx.ssmAssociations.update(association.id, {
      versions: [...association.versions, version].slice(-MOST_VERSIONS),
      ...nextRun(version, call.now),
    }),
  )
  if (!version.applyOnlyAtCronInterval) await runAssociation(ssm, association.id)
  return { AssociationDescription: descriptionOf(ssm, requireAssociation(ssm, { AssociationId }, call)) }
}

async function deleteAssociation(ssm: Ssm, input: DeleteAssociationRequest, call: Call): Promise<object> {
  const { id } = requireAssociation(ssm, input, call)
  // What runs on an instance goes on there; its result is of nothing any more.
  await write(ssm, (tx) => {
    for (const command of executionsOf(tx, id)) {
      for (const one of tx.ssmCommandInvocations.where('commandId', command.id)) tx.ssmCommandInvocations.delete(one.id)
      tx.ssmCommands.delete(command.id)
    }
    tx.ssmAssociations.delete(id)
  })
  return {}
}

async function startAssociationsOnce(ssm: Ssm, input: StartAssociationsOnceRequest, call: Call): Promise<object> {
  const { AssociationIds: ids = [] } = input
  if (ids.length === 0 || ids.length > 10) {
    throw new ApiError('ValidationException', 'AssociationIds has 1 to 10 members.')
  }
  for (const AssociationId of ids) if (!findAssociation(ssm, { AssociationId }, call)) throw noSuchAssociation()
  for (const id of ids) await runAssociation(ssm, id)
  return {}
}

/** The association that is not there yet, its document, and the instances that are named. */
function asksForMaking(ssm: Ssm, input: CreateAssociationRequest, call: Call): readonly Authorisation[] {
  const named = (input.Targets ?? []).filter(({ Key = '' }) => /^instanceids$/i.test(Key))
  const ids = [input.InstanceId ?? '', ...named.flatMap(({ Values = [] }) => Values)]
  return [
    asks(call, ssmArn(call, 'association/*')),
    asksOnDocument(ssm.store.records, call, input.Name ?? ''),
    ...ids.filter((id) => id !== '' && id !== '*').map((id) => asksOnInstance(ssm, call, id)),
  ]
}

function defined<T extends object>(value: T): Partial<T> {
  // The keys stay those of T.
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<T>
}
