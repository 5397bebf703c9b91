import { beforeEach, expect, test } from 'vitest'
import { changeResourceRecordSets } from '../../route53/change-batch.ts'
import { createHostedZone } from '../../route53/hosted-zone.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { describeAddressesAttribute, modifyAddressAttribute, resetAddressAttribute } from './address-attribute.ts'
import {
  acceptAddressTransfer,
  describeAddressTransfers,
  disableAddressTransfer,
  enableAddressTransfer,
} from './address-transfer.ts'
import { allocateAddress, describeAddresses, releaseAddress } from './elastic-address.ts'

const DAY = 86_400_000
const later = (days: number, caller = CALLER) => ({ ...caller, now: new Date(CALLER.now.getTime() + days * DAY) })

let world: World
let AllocationId: string
let PublicIp: string

beforeEach(async () => {
  world = await openWorld()
  ;({ AllocationId = '', PublicIp = '' } = world.write(allocateAddress, {}))
})

function offer(): void {
  world.write(enableAddressTransfer, { AllocationId, TransferAccountId: STRANGER.account })
}

test('an address goes to the account that takes it, as another allocation', () => {
  offer()
  const transfers = (caller = CALLER) => world.read(describeAddressTransfers, {}, caller).AddressTransfers
  expect(transfers()).toMatchObject([
    { PublicIp, TransferAccountId: STRANGER.account, AddressTransferStatus: 'pending' },
  ])
  expect(transfers(STRANGER)).toEqual([])
  refusal(() => world.write(acceptAddressTransfer, { Address: PublicIp }), 'InvalidAddress.NotFound')
  const { AddressTransfer } = world.write(acceptAddressTransfer, { Address: PublicIp }, STRANGER)
  expect(AddressTransfer).toMatchObject({ AllocationId, AddressTransferStatus: 'accepted' })
  expect(world.read(describeAddresses, {}).Addresses).toEqual([])
  const [taken] = world.read(describeAddresses, {}, STRANGER).Addresses ?? []
  expect(taken).toMatchObject({ PublicIp })
  expect(taken?.AllocationId).not.toBe(AllocationId)
  expect(transfers()).toMatchObject([{ AddressTransferStatus: 'accepted' }])
  expect(transfers(later(15))).toEqual([])
  refusal(() => world.write(acceptAddressTransfer, { Address: PublicIp }, STRANGER), 'InvalidAddress.NotFound')
})

test('an offer ends after seven days, when it is taken back, and with its address', () => {
  offer()
  const accept = (caller = STRANGER) => world.write(acceptAddressTransfer, { Address: PublicIp }, caller)
  refusal(() => accept(later(7, STRANGER)), 'InvalidAddress.NotFound')
  const { AddressTransfer } = world.write(disableAddressTransfer, { AllocationId })
  expect(AddressTransfer?.AddressTransferStatus).toBe('disabled')
  refusal(() => accept(), 'InvalidAddress.NotFound')
  refusal(() => world.write(disableAddressTransfer, { AllocationId }), 'InvalidAddress.NotFound')
  offer()
  world.write(releaseAddress, { AllocationId })
  refusal(() => accept(), 'InvalidAddress.NotFound')
})

test('what cannot be offered or taken', () => {
  const enable = (TransferAccountId: string) => () =>
    world.write(enableAddressTransfer, { AllocationId, TransferAccountId })
  refusal(enable(CALLER.account), 'InvalidParameterValue')
  refusal(enable('somebody'), 'InvalidParameterValue')
  refusal(enable(''), 'MissingParameter')
  const stranger = { AllocationId, TransferAccountId: CALLER.account }
  refusal(() => world.write(enableAddressTransfer, stranger, STRANGER), 'InvalidAllocationID.NotFound')
  offer()
  const accept = () => world.write(acceptAddressTransfer, { Address: PublicIp }, STRANGER)
  world.store.transact((tx) => tx.elasticAddresses.update(AllocationId, { associationId: 'eipassoc-1' }))
  refusal(accept, 'InvalidTransfer.AddressAssociated')
  world.store.transact((tx) =>
    tx.elasticAddresses.update(AllocationId, { associationId: undefined, ptrRecord: 'mail.example.net.' }),
  )
  refusal(accept, 'InvalidTransfer.AddressCustomPtrSet')
  world.store.transact((tx) => tx.elasticAddresses.update(AllocationId, { ptrRecord: undefined }))
  for (let count = 0; count < 5; count++) world.write(allocateAddress, {}, STRANGER)
  refusal(accept, 'AddressLimitExceeded')
})

test('a reverse name is one that leads to the address already', () => {
  const modify = (DomainName: string) => world.write(modifyAddressAttribute, { AllocationId, DomainName }).Address
  refusal(() => modify('mail.example.net'), 'InvalidParameterValue')
  const { HostedZone } = world.write(createHostedZone, { Name: 'example.net', CallerReference: 'a' })
  const ResourceRecords = [{ Value: PublicIp }]
  const ResourceRecordSet = { Name: 'mail.example.net', Type: 'A' as const, TTL: 60, ResourceRecords }
  world.write(changeResourceRecordSets, {
    HostedZoneId: HostedZone?.Id,
    ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
  })
  expect(modify('Mail.example.net')).toEqual({ AllocationId, PublicIp, PtrRecord: 'mail.example.net.' })
  const shown = () => world.read(describeAddressesAttribute, { Attribute: 'domain-name' }).Addresses
  expect(shown()).toEqual([{ AllocationId, PublicIp, PtrRecord: 'mail.example.net.' }])
  world.write(resetAddressAttribute, { AllocationId, Attribute: 'domain-name' })
  expect(shown()).toEqual([{ AllocationId, PublicIp }])
  refusal(() => modify('not a name'), 'InvalidParameterValue')
  refusal(() => modify(''), 'MissingParameter')
  refusal(() => world.write(resetAddressAttribute, { AllocationId, Attribute: undefined }), 'MissingParameter')
})
