// Whom the metadata is about: the instance that asks, by the interface that the question came from.

import { unembed } from '../compile/backbone.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { Network, VpcNetwork } from '../compile/network.ts'
import type { InstanceSession } from '../control/iam/instance-session.ts'
import { addressFamily, type Family, parseAddress } from '../ip/address.ts'
import type { Instance, NetworkInterface, Subnet } from '../store/records.ts'
import type { Records } from '../store/store.ts'

export interface Subject {
  readonly instance: Instance
  readonly vpc: VpcNetwork
  /** By device index. */
  readonly interfaces: readonly PlacedInterface[]
  readonly records: Records
  readonly now: Date
  /** Undefined when the instance has no role. */
  session(): InstanceSession | undefined
}

export interface PlacedInterface {
  readonly record: NetworkInterface
  readonly subnet: Subnet
  readonly deviceIndex: number
}

/** The instance behind a backbone address; undefined when it has none that is known, or does not ask by IPv6. */
export function findSubject(
  remoteAddress: string,
  network: Network,
  records: Records,
): Pick<Subject, 'instance' | 'vpc' | 'interfaces'> | undefined {
  const address = parseAddress(remoteAddress.replace(/^::ffff:/, ''))
  const placed = address && lookupIn(network).interfaceByBackbone.get(unembed(address))
  const instance = placed && records.instances.get(placed.networkInterface.instanceId ?? '')
  if (!instance || !answersBy(addressFamily(address), instance)) return undefined
  return { instance, vpc: placed.vpc, interfaces: interfacesOf(instance, records) }
}

function answersBy(family: Family, { metadataOptions }: Instance): boolean {
  return family === 4 || metadataOptions.httpProtocolIpv6 === 'enabled'
}

function interfacesOf(instance: Instance, records: Records): PlacedInterface[] {
  return records.networkInterfaces
    .where('vpcId', instance.vpcId)
    .flatMap((record) => {
      const subnet = records.subnets.get(record.subnetId)
      if (record.attachment?.instanceId !== instance.id || !subnet) return []
      return [{ record, subnet, deviceIndex: record.attachment.deviceIndex }]
    })
    .sort((a, b) => a.deviceIndex - b.deviceIndex)
}
