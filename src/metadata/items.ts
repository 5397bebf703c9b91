// What an instance can read about itself, as one table.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html ("Instance metadata categories").
// Left out: what Postern does not have (public addresses, key pairs, the instance identity role, spot), and the signatures
// of the identity document, which are worth nothing unless AWS's own key made them.

import { findInstanceType } from '../catalogue/instance-types.ts'
import { zoneNameIn } from '../catalogue/regions.ts'
import type { InstanceProfile } from '../store/iam-records.ts'
import type { Instance } from '../store/records.ts'
import type { PlacedInterface, Subject } from './subject.ts'
import { costlyText, folder, folderOf, type Item, type Items, plainFolder, text } from './tree.ts'

/** All say the same here; `latest` is the one that everybody reads. */
const VERSIONS = [
  ...['1.0', '2007-01-19', '2007-03-01', '2007-08-29', '2007-10-10', '2007-12-15', '2008-02-01', '2008-09-01'],
  ...['2009-04-04', '2011-01-01', '2011-05-01', '2012-01-12', '2014-02-25', '2014-11-05', '2015-10-20', '2016-04-19'],
  ...['2016-06-30', '2016-09-02', '2018-03-28', '2018-08-17', '2018-09-24', '2019-10-01', '2020-10-27', '2021-01-03'],
  ...['2021-03-23', '2021-07-15', 'latest'],
]

const BLOCK_DEVICES: Items<Subject> = {
  ami: text(rootDevice),
  root: text(rootDevice),
}

const PLACEMENT: Items<Subject> = {
  'availability-zone': text(zoneName),
  'availability-zone-id': text((about) => primary(about)?.subnet.availabilityZoneId),
  region: text(({ instance }) => instance.region),
}

const METADATA: Items<Subject> = {
  'ami-id': text(({ instance }) => instance.imageId),
  'ami-launch-index': text(({ instance }) => String(instance.amiLaunchIndex)),
  'ami-manifest-path': text(() => '(unknown)'),
  'block-device-mapping': folder(BLOCK_DEVICES),
  events: folder({ maintenance: folder({ history: text(() => '[]'), scheduled: text(() => '[]') }) }),
  hostname: text(hostname),
  iam: folder({
    info: text((about) => profileDocument(about)),
    'security-credentials': folderOf((about) => {
      const name = profileOf(about)?.roleName
      return name ? { [name]: costlyText(credentialsDocument) } : {}
    }),
  }),
  'instance-action': text(() => 'none'),
  'instance-id': text(({ instance }) => instance.id),
  'instance-life-cycle': text(() => 'on-demand'),
  'instance-type': text(({ instance }) => instance.instanceType),
  ipv6: text((about) => primary(about)?.record.ipv6Addresses?.[0]),
  'local-hostname': text(hostname),
  'local-ipv4': text((about) => primary(about)?.record.privateAddresses[0]),
  mac: text((about) => primary(about)?.record.macAddress),
  network: folder({
    interfaces: folder({
      macs: folderOf(({ interfaces }) =>
        Object.fromEntries(interfaces.map((placed) => [placed.record.macAddress, interfaceFolder(placed)])),
      ),
    }),
  }),
  placement: folder(PLACEMENT),
  profile: text(() => 'default-hvm'),
  'public-ipv4': text((about) => publicAddressOf(about, primary(about))),
  'reservation-id': text(({ instance }) => instance.reservationId),
  'security-groups': text((about) => groupNames(about, primary(about))),
  services: folder({ domain: text(() => 'amazonaws.com'), partition: text(() => 'aws') }),
  tags: folder({
    instance: folderOf(({ instance }) =>
      instance.metadataOptions.instanceMetadataTags === 'enabled'
        ? Object.fromEntries(Object.entries(instance.tags).map(([key, value]) => [key, text(() => value)]))
        : {},
    ),
  }),
}

const VERSION: Item<Subject> = plainFolder({
  dynamic: folder({
    fws: folder({ 'instance-monitoring': text(({ instance }) => (instance.monitoring ? 'enabled' : 'disabled')) }),
    'instance-identity': folder({ document: text(identityDocument) }),
  }),
  'meta-data': folder(METADATA),
  'user-data': text(({ instance: { userData } }) => (userData ? Buffer.from(userData, 'base64') : undefined)),
})

/** The tree at `/`. */
export const METADATA_ROOT: Item<Subject> = plainFolder(
  Object.fromEntries(VERSIONS.map((version) => [version, VERSION])),
)

export function isVersion(name: string): boolean {
  return VERSIONS.includes(name)
}

function interfaceFolder(placed: PlacedInterface): Item<Subject> {
  const { record, subnet, deviceIndex } = placed
  return folder({
    'device-number': text(() => String(deviceIndex)),
    'interface-id': text(() => record.id),
    'local-hostname': text(hostname),
    ipv6s: text(() => record.ipv6Addresses?.join('\n')),
    'local-ipv4s': text(() => record.privateAddresses.join('\n') || undefined),
    mac: text(() => record.macAddress),
    'owner-id': text(() => record.owner),
    'public-ipv4s': text((about) => publicAddressOf(about, placed)),
    'security-group-ids': text(() => record.groupIds.join('\n')),
    'security-groups': text((about) => groupNames(about, placed)),
    'subnet-id': text(() => subnet.id),
    'subnet-ipv4-cidr-block': text(() => subnet.cidr),
    'subnet-ipv6-cidr-blocks': text(() => subnet.ipv6Cidr?.cidr),
    'vpc-id': text(() => record.vpcId),
    'vpc-ipv4-cidr-block': text(({ vpc }) => vpc.cidrs[0]),
    'vpc-ipv4-cidr-blocks': text(({ vpc }) => vpc.cidrs.join('\n')),
    'vpc-ipv6-cidr-blocks': text(({ vpc }) => vpc.ipv6Cidrs?.join('\n')),
  })
}

function primary({ interfaces }: Subject): PlacedInterface | undefined {
  return interfaces[0]
}

/** What stands for the primary address on the internet. */
function publicAddressOf({ vpc }: Subject, placed: PlacedInterface | undefined): string | undefined {
  const known = vpc.interfaces.find(({ id }) => id === placed?.record.id)
  return known?.publicAddresses?.find(({ privateAddress }) => privateAddress === known.addresses[0])?.publicAddress
}

function hostname({ vpc, instance }: Subject): string | undefined {
  return vpc.instances.find(({ id }) => id === instance.id)?.hostname
}

function rootDevice({ records, instance }: Subject): string | undefined {
  return records.volumes.get(instance.rootVolumeId)?.device
}

function groupNames({ records }: Subject, placed: PlacedInterface | undefined): string | undefined {
  return placed?.record.groupIds.map((id) => records.securityGroups.get(id)?.name ?? id).join('\n')
}

function profileOf({
  records,
  instance,
}: {
  records: Subject['records']
  instance: Instance
}): InstanceProfile | undefined {
  return instance.instanceProfileId === undefined ? undefined : records.instanceProfiles.get(instance.instanceProfileId)
}

function profileDocument(about: Subject): string | undefined {
  const profile = profileOf(about)
  if (!profile) return undefined
  return document({
    Code: 'Success',
    LastUpdated: instant(about.now),
    InstanceProfileArn: `arn:aws:iam::${profile.owner}:instance-profile${profile.path}${profile.name}`,
    InstanceProfileId: profile.id,
  })
}

function credentialsDocument(about: Subject): string | undefined {
  const session = about.session()
  if (!session) return undefined
  if (session.code === 'AssumeRoleUnauthorizedAccess') {
    return document({ Code: session.code, Message: session.message, LastUpdated: instant(about.now) })
  }
  return document({
    Code: session.code,
    LastUpdated: session.lastUpdated,
    Type: 'AWS-HMAC',
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    Token: session.sessionToken,
    Expiration: session.expiration,
  })
}

/** As the instance's account calls it, whose subnet it may not be. */
function zoneName(about: Subject): string | undefined {
  const { owner, region } = about.instance
  const subnet = primary(about)?.subnet
  return subnet && (zoneNameIn(owner, region, subnet.availabilityZoneId) ?? subnet.availabilityZone)
}

function identityDocument(about: Subject): string {
  const { instance } = about
  const placed = primary(about)
  return document({
    accountId: instance.owner,
    architecture: findInstanceType(instance.instanceType)?.architecture ?? 'x86_64',
    availabilityZone: zoneName(about) ?? null,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: instance.imageId,
    instanceId: instance.id,
    instanceType: instance.instanceType,
    kernelId: null,
    pendingTime: instant(new Date(instance.launchedAt)),
    privateIp: placed?.record.privateAddresses[0] ?? null,
    ramdiskId: null,
    region: instance.region,
    version: '2017-09-30',
  })
}

function document(value: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(value, undefined, 2)
}

/** Whole seconds, as everywhere in the metadata. */
function instant(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
