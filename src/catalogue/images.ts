// The host's own root file system, offered under the names and owners by which people look AMIs up. All are the same
// root; what differs is what a client reads: name, owner, root device, metadata defaults.
// Ids are made up, stable per region and name: no AMI id of AWS is one of them.

import type { ImageId, Region } from '../store/records.ts'
import type { Architecture } from './instance-types.ts'

export interface HostImage {
  readonly id: ImageId
  readonly name: string
  readonly description: string
  /** The account whose image AWS's is. */
  readonly ownerId: string
  readonly architecture: Architecture
  /** RFC 3339; `most_recent` goes by it. */
  readonly createdAt: string
  readonly rootDeviceName: string
  /** GiB. */
  readonly rootVolumeSize: number
  readonly rootVolumeType: 'gp2' | 'gp3'
  /** Instances want metadata tokens unless the launch says otherwise. */
  readonly requiresMetadataTokens: boolean
}

/** All of them are listed as `amazon` too: Canonical and Debian are verified providers. */
export const HOST_IMAGE_OWNER_ALIAS = 'amazon'

const AMAZON = '137112412989'
const CANONICAL = '099720109477'
const DEBIAN = '136693071363'

interface Template {
  /** `{arch}` is x86_64 or arm64, `{deb}` amd64 or arm64. */
  readonly name: string
  readonly description: string
  readonly owner: string
  readonly date: string
  readonly device: string
  readonly size: number
  readonly volumeType: 'gp2' | 'gp3'
  readonly tokens?: true
  /** AWS has it for x86_64 only. */
  readonly intelOnly?: true
}

const AMAZON_ROOT = { owner: AMAZON, device: '/dev/xvda', size: 8 } as const
const UBUNTU_ROOT = { owner: CANONICAL, device: '/dev/sda1', size: 8 } as const
const DEBIAN_ROOT = { owner: DEBIAN, device: '/dev/xvda', size: 8 } as const

const TEMPLATES: readonly Template[] = [
  {
    ...AMAZON_ROOT,
    name: 'amzn-ami-hvm-2018.03.0.20231218.0-x86_64-gp2',
    description: 'Amazon Linux AMI 2018.03.0.20231218.0 x86_64 HVM gp2',
    date: '2023-12-19',
    volumeType: 'gp2',
    intelOnly: true,
  },
  {
    ...AMAZON_ROOT,
    name: 'amzn2-ami-hvm-2.0.20250305.0-{arch}-gp2',
    description: 'Amazon Linux 2 AMI 2.0.20250305.0 {arch} HVM gp2',
    date: '2025-03-06',
    volumeType: 'gp2',
  },
  {
    ...AMAZON_ROOT,
    name: 'amzn2-ami-kernel-5.10-hvm-2.0.20250305.0-{arch}-gp2',
    description: 'Amazon Linux 2 Kernel 5.10 AMI 2.0.20250305.0 {arch} HVM gp2',
    date: '2025-03-06',
    volumeType: 'gp2',
  },
  {
    ...AMAZON_ROOT,
    name: 'al2023-ami-2023.6.20250317.2-kernel-6.1-{arch}',
    description: 'Amazon Linux 2023 AMI 2023.6.20250317.2 {arch} HVM kernel-6.1',
    date: '2025-03-18',
    volumeType: 'gp3',
    tokens: true,
  },
  ubuntu('hvm-ssd', 'focal-20.04', 'Canonical, Ubuntu, 20.04 LTS, {deb} focal image', '2025-03-05'),
  ubuntu('hvm-ssd', 'jammy-22.04', 'Canonical, Ubuntu, 22.04 LTS, {deb} jammy image', '2025-03-05'),
  ubuntu('hvm-ssd-gp3', 'noble-24.04', 'Canonical, Ubuntu, 24.04, {deb} noble image', '2025-03-05'),
  debian('11', '2025-02-03', '20250203-2010'),
  debian('12', '2025-03-16', '20250316-2053'),
]

const byRegion = new Map<string, readonly HostImage[]>()

/** The images of a region, for a host of this architecture: one cannot run the other's programs. */
export function hostImages(region: Region, architecture: Architecture): readonly HostImage[] {
  const key = `${region}/${architecture}`
  const known = byRegion.get(key)
  if (known) return known
  const images = TEMPLATES.filter((template) => architecture === 'x86_64' || !template.intelOnly).map((template) =>
    hostImage(template, region, architecture),
  )
  byRegion.set(key, images)
  return images
}

export function findHostImage(region: Region, architecture: Architecture, id: string): HostImage | undefined {
  return hostImages(region, architecture).find((image) => image.id === id)
}

function ubuntu(storage: string, release: string, description: string, date: string): Template {
  return {
    ...UBUNTU_ROOT,
    name: `ubuntu/images/${storage}/ubuntu-${release}-{deb}-server-${date.replaceAll('-', '')}`,
    description,
    date,
    volumeType: storage === 'hvm-ssd' ? 'gp2' : 'gp3',
  }
}

function debian(release: string, date: string, build: string): Template {
  return {
    ...DEBIAN_ROOT,
    name: `debian-${release}-{deb}-${build}`,
    description: `Debian ${release} (${build})`,
    date,
    volumeType: 'gp3',
  }
}

function hostImage(template: Template, region: Region, architecture: Architecture): HostImage {
  const fill = (text: string) =>
    text.replaceAll('{arch}', architecture).replaceAll('{deb}', architecture === 'x86_64' ? 'amd64' : 'arm64')
  const name = fill(template.name)
  return {
    id: `ami-0${fingerprint(`${region}/${name}`)}`,
    name,
    description: fill(template.description),
    ownerId: template.owner,
    architecture,
    createdAt: `${template.date}T00:00:00.000Z`,
    rootDeviceName: template.device,
    rootVolumeSize: template.size,
    rootVolumeType: template.volumeType,
    requiresMetadataTokens: template.tokens === true,
  }
}

/** FNV-1a, 64 bits, as 16 hex digits: enough that a few hundred names do not meet. http://www.isthe.com/chongo/tech/comp/fnv/ */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const char of text) hash = ((hash ^ BigInt(char.codePointAt(0) ?? 0)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash.toString(16).padStart(16, '0')
}
