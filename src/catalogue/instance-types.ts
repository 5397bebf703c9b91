// EC2's instance types: what clients ask of them, and the limits on interfaces and addresses, which Postern keeps as AWS
// does. Sizes of a family follow from its kind, so the table holds families.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/

export type Architecture = 'x86_64' | 'arm64'

export interface InstanceType {
  /** `t3.micro` */
  readonly name: string
  readonly architecture: Architecture
  readonly vcpus: number
  readonly threadsPerCore: 1 | 2
  readonly memoryMiB: number
  readonly maximumInterfaces: number
  /** IPv4 addresses on one interface, the primary one included. */
  readonly addressesPerInterface: number
  /** Spends CPU credits: the T families. */
  readonly burstable: boolean
  readonly hypervisor: 'nitro' | 'xen'
  readonly currentGeneration: boolean
  readonly bareMetal: boolean
}

/** Maximum interfaces and addresses on each. */
type InterfaceLimits = readonly [number, number]

interface Family {
  readonly architecture: Architecture
  readonly threadsPerCore: 1 | 2
  readonly gibPerVcpu: number
  readonly sizes: string
  readonly xen?: boolean
  readonly old?: boolean
}

const INTEL = { architecture: 'x86_64', threadsPerCore: 2 } as const
/** AMD's processors from the seventh generation on, and Graviton, run one thread a core. */
const AMD7 = { architecture: 'x86_64', threadsPerCore: 1 } as const
const GRAVITON = { architecture: 'arm64', threadsPerCore: 1 } as const

const GEN5 = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal'
const GEN5_VIRTUAL = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge'
const C5 = 'large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge metal'
const GEN6 = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal'
const GEN6A = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge metal'
const GEN7 = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge'
const GEN7A = 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge 48xlarge'
const ARM6 = 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal'
const ARM8 = 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge'

/** Families of which a large has 2 vCPUs, an xlarge 4, an Nxlarge 4N. */
const FAMILIES: Readonly<Record<string, Family>> = {
  m4: { ...INTEL, gibPerVcpu: 4, sizes: 'large xlarge 2xlarge 4xlarge 16xlarge', xen: true, old: true },
  m5: { ...INTEL, gibPerVcpu: 4, sizes: GEN5 },
  m5a: { ...INTEL, gibPerVcpu: 4, sizes: GEN5_VIRTUAL },
  m5d: { ...INTEL, gibPerVcpu: 4, sizes: GEN5 },
  m5n: { ...INTEL, gibPerVcpu: 4, sizes: GEN5 },
  m6a: { ...INTEL, gibPerVcpu: 4, sizes: GEN6A },
  m6g: { ...GRAVITON, gibPerVcpu: 4, sizes: ARM6 },
  m6gd: { ...GRAVITON, gibPerVcpu: 4, sizes: ARM6 },
  m6i: { ...INTEL, gibPerVcpu: 4, sizes: GEN6 },
  m7a: { ...AMD7, gibPerVcpu: 4, sizes: GEN7A },
  m7g: { ...GRAVITON, gibPerVcpu: 4, sizes: ARM6 },
  m7i: { ...INTEL, gibPerVcpu: 4, sizes: GEN7 },
  'm7i-flex': { ...INTEL, gibPerVcpu: 4, sizes: 'large xlarge 2xlarge 4xlarge 8xlarge' },
  m8g: { ...GRAVITON, gibPerVcpu: 4, sizes: ARM8 },
  c4: { ...INTEL, gibPerVcpu: 1.875, sizes: 'large xlarge 2xlarge 4xlarge', xen: true, old: true },
  c5: { ...INTEL, gibPerVcpu: 2, sizes: C5 },
  c5a: { ...INTEL, gibPerVcpu: 2, sizes: GEN5_VIRTUAL },
  c5d: { ...INTEL, gibPerVcpu: 2, sizes: C5 },
  c6a: { ...INTEL, gibPerVcpu: 2, sizes: GEN6A },
  c6g: { ...GRAVITON, gibPerVcpu: 2, sizes: ARM6 },
  c6gn: { ...GRAVITON, gibPerVcpu: 2, sizes: 'medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge' },
  c6i: { ...INTEL, gibPerVcpu: 2, sizes: GEN6 },
  c7a: { ...AMD7, gibPerVcpu: 2, sizes: GEN7A },
  c7g: { ...GRAVITON, gibPerVcpu: 2, sizes: ARM6 },
  c7i: { ...INTEL, gibPerVcpu: 2, sizes: GEN7 },
  c8g: { ...GRAVITON, gibPerVcpu: 2, sizes: ARM8 },
  r4: { ...INTEL, gibPerVcpu: 7.625, sizes: 'large xlarge 2xlarge 4xlarge 8xlarge 16xlarge', xen: true, old: true },
  r5: { ...INTEL, gibPerVcpu: 8, sizes: GEN5 },
  r5a: { ...INTEL, gibPerVcpu: 8, sizes: GEN5_VIRTUAL },
  r6a: { ...INTEL, gibPerVcpu: 8, sizes: GEN6A },
  r6g: { ...GRAVITON, gibPerVcpu: 8, sizes: ARM6 },
  r6i: { ...INTEL, gibPerVcpu: 8, sizes: GEN6 },
  r7a: { ...AMD7, gibPerVcpu: 8, sizes: GEN7A },
  r7g: { ...GRAVITON, gibPerVcpu: 8, sizes: ARM6 },
  r7i: { ...INTEL, gibPerVcpu: 8, sizes: GEN7 },
  r8g: { ...GRAVITON, gibPerVcpu: 8, sizes: ARM8 },
}

/** Size, vCPUs of T2, vCPUs of its successors, MiB, limits. */
const BURSTABLE_SIZES = [
  ['nano', 1, 2, 512, [2, 2]],
  ['micro', 1, 2, 1024, [2, 2]],
  ['small', 1, 2, 2048, [3, 4]],
  ['medium', 2, 2, 4096, [3, 6]],
  ['large', 2, 2, 8192, [3, 12]],
  ['xlarge', 4, 4, 16384, [4, 15]],
  ['2xlarge', 8, 8, 32768, [4, 15]],
] as const satisfies readonly (readonly [string, number, number, number, InterfaceLimits])[]

/** Types whose limits are not those of their size. */
const LIMITS: Readonly<Record<string, InterfaceLimits>> = {
  't2.xlarge': [3, 15],
  't2.2xlarge': [3, 15],
  'm4.large': [2, 10],
  'm4.16xlarge': [8, 30],
}

export const INSTANCE_TYPES: readonly InstanceType[] = [
  oldType('t1.micro', 1, 627, [2, 2]),
  oldType('m1.small', 1, 1740, [2, 4]),
  oldType('m3.medium', 1, 3840, [2, 6]),
  ...burstableFamily('t2', 'x86_64'),
  ...burstableFamily('t3', 'x86_64'),
  ...burstableFamily('t3a', 'x86_64'),
  ...burstableFamily('t4g', 'arm64'),
  ...Object.entries(FAMILIES).flatMap(([name, family]) =>
    family.sizes.split(' ').map((size) => sizedType(name, family, size)),
  ),
]

const byName = new Map(INSTANCE_TYPES.map((type) => [type.name, type]))

export function findInstanceType(name: string): InstanceType | undefined {
  return byName.get(name)
}

function burstableFamily(family: string, architecture: Architecture): InstanceType[] {
  const isT2 = family === 't2'
  return BURSTABLE_SIZES.map(([size, t2Vcpus, laterVcpus, memoryMiB, limits]) => ({
    name: `${family}.${size}`,
    architecture,
    vcpus: isT2 ? t2Vcpus : laterVcpus,
    threadsPerCore: isT2 || architecture === 'arm64' ? 1 : 2,
    memoryMiB,
    ...interfaceLimits(`${family}.${size}`, limits),
    burstable: true,
    hypervisor: isT2 ? 'xen' : 'nitro',
    currentGeneration: true,
    bareMetal: false,
  }))
}

function sizedType(familyName: string, family: Family, size: string): InstanceType {
  const name = `${familyName}.${size}`
  const vcpus = vcpusOf(size === 'metal' ? largest(family) : size)
  return {
    name,
    architecture: family.architecture,
    vcpus,
    threadsPerCore: family.threadsPerCore,
    memoryMiB: vcpus * family.gibPerVcpu * 1024,
    ...interfaceLimits(name, limitsOf(vcpus)),
    burstable: false,
    hypervisor: family.xen ? 'xen' : 'nitro',
    currentGeneration: !family.old,
    bareMetal: size === 'metal',
  }
}

function oldType(name: string, vcpus: number, memoryMiB: number, limits: InterfaceLimits): InstanceType {
  return {
    name,
    architecture: 'x86_64',
    vcpus,
    threadsPerCore: 1,
    memoryMiB,
    ...interfaceLimits(name, limits),
    burstable: false,
    hypervisor: 'xen',
    currentGeneration: false,
    bareMetal: false,
  }
}

function interfaceLimits(name: string, limits: InterfaceLimits) {
  const [maximumInterfaces, addressesPerInterface] = LIMITS[name] ?? limits
  return { maximumInterfaces, addressesPerInterface }
}

function vcpusOf(size: string): number {
  if (size === 'medium') return 1
  if (size === 'large') return 2
  return 4 * Number(/^(\d*)xlarge$/.exec(size)?.[1] || 1)
}

function largest(family: Family): string {
  return family.sizes.split(' ').at(-2) ?? 'large'
}

function limitsOf(vcpus: number): InterfaceLimits {
  if (vcpus === 1) return [2, 4]
  if (vcpus === 2) return [3, 10]
  if (vcpus < 16) return [4, 15]
  return vcpus < 64 ? [8, 30] : [15, 50]
}
