// The parameters that AWS publishes, as far as they name an image that can be launched here.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html

import { hostImages } from '../../../catalogue/images.ts'

export interface PublicParameter {
  readonly name: string
  readonly value: string
  readonly dataType: string
  /** RFC 3339. */
  readonly modifiedAt: string
}

const AMAZON = '/aws/service/ami-amazon-linux-latest/'
const UBUNTU = '/aws/service/canonical/ubuntu/server'
const DEBIAN = '/aws/service/debian/release'

/** Names of parameters by how the name of their image begins; `{arch}` is x86_64 or arm64, `{deb}` amd64 or arm64. */
const NAMES: readonly [image: string, parameters: readonly string[]][] = [
  [
    'al2023-ami-2023.',
    [
      `${AMAZON}al2023-ami-kernel-default-{arch}`,
      `${AMAZON}al2023-ami-kernel-6.1-{arch}`,
      `${AMAZON}al2023-ami-minimal-kernel-default-{arch}`,
      `${AMAZON}al2023-ami-minimal-kernel-6.1-{arch}`,
    ],
  ],
  ['amzn2-ami-hvm-', [`${AMAZON}amzn2-ami-hvm-{arch}-gp2`, `${AMAZON}amzn2-ami-hvm-{arch}-ebs`]],
  ['amzn2-ami-kernel-5.10-', [`${AMAZON}amzn2-ami-kernel-5.10-hvm-{arch}-gp2`]],
  ['amzn-ami-hvm-', [`${AMAZON}amzn-ami-hvm-{arch}-gp2`]],
  ['ubuntu/images/hvm-ssd/ubuntu-focal-', ubuntu('20.04', 'focal', 'ebs-gp2')],
  ['ubuntu/images/hvm-ssd/ubuntu-jammy-', ubuntu('22.04', 'jammy', 'ebs-gp2')],
  ['ubuntu/images/hvm-ssd-gp3/ubuntu-noble-', ubuntu('24.04', 'noble', 'ebs-gp3')],
  ['debian-11-', [`${DEBIAN}/11/latest/{deb}`, `${DEBIAN}/bullseye/latest/{deb}`]],
  ['debian-12-', [`${DEBIAN}/12/latest/{deb}`, `${DEBIAN}/bookworm/latest/{deb}`]],
]

/** The parameters of a region, for the architecture of this host. */
export function publicParameters(region: string): readonly PublicParameter[] {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64'
  const fill = (name: string) =>
    name.replace('{arch}', architecture).replace('{deb}', architecture === 'x86_64' ? 'amd64' : 'arm64')
  const images = hostImages(region, architecture)
  return NAMES.flatMap(([prefix, names]) => {
    const image = images.find(({ name }) => name.startsWith(prefix))
    if (!image) return []
    const { id: value, createdAt: modifiedAt } = image
    return names.map((name) => ({ name: fill(name), value, dataType: 'aws:ec2:image', modifiedAt }))
  })
}

export function isPublicName(name: string): boolean {
  return name.startsWith('/aws/')
}

function ubuntu(number: string, name: string, storage: string): readonly string[] {
  return [number, name].map((release) => `${UBUNTU}/${release}/stable/current/{deb}/hvm/${storage}/ami-id`)
}
