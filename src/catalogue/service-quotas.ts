// The quotas of the VPC service and of Elastic IP addresses, with AWS's codes, defaults and the most that AWS raises them to.
// https://docs.aws.amazon.com/general/latest/gr/vpc-service.html#limits_vpc

export interface ServiceQuota {
  readonly serviceCode: 'vpc' | 'ec2'
  readonly code: string
  readonly name: string
  readonly value: number
  /** The most that it is raised to; absent: it is not adjustable. */
  readonly most?: number
}

const VPC = { serviceCode: 'vpc' } as const

/** By what is counted. */
export const SERVICE_QUOTAS = {
  rulesPerGroup: {
    ...VPC,
    code: 'L-0EA8095F',
    name: 'Inbound or outbound rules per security group',
    value: 60,
    most: 1000,
  },
  groupsPerInterface: {
    ...VPC,
    code: 'L-2AFB9258',
    name: 'Security groups per network interface',
    value: 5,
    most: 16,
  },
  /** Shown and raised, and not held: a world of one's own is for trying many VPCs. */
  vpcsPerRegion: { ...VPC, code: 'L-F678F1CE', name: 'VPCs per Region', value: 5, most: 1000 },
  subnetsPerVpc: { ...VPC, code: 'L-407747CB', name: 'Subnets per VPC', value: 200, most: 1000 },
  tablesPerVpc: { ...VPC, code: 'L-589F43AA', name: 'Route tables per VPC', value: 200, most: 1000 },
  routesPerTable: { ...VPC, code: 'L-93826ACB', name: 'Routes per route table', value: 500, most: 1000 },
  rulesPerAcl: { ...VPC, code: 'L-2AEEBF1A', name: 'Rules per network ACL', value: 20, most: 40 },
  ipv4BlocksPerVpc: { ...VPC, code: 'L-83CA0A9D', name: 'IPv4 CIDR blocks per VPC', value: 5, most: 50 },
  ipv6BlocksPerVpc: { ...VPC, code: 'L-085A6257', name: 'IPv6 CIDR blocks per VPC', value: 5, most: 50 },
  activePeeringsPerVpc: {
    ...VPC,
    code: 'L-7E9ECCDB',
    name: 'Active VPC peering connections per VPC',
    value: 50,
    most: 125,
  },
  outstandingPeerings: {
    ...VPC,
    code: 'L-DC9F7029',
    name: 'Outstanding VPC peering connection requests',
    value: 25,
    most: 1000,
  },
  interfaceEndpointsPerVpc: {
    ...VPC,
    code: 'L-29B6F2EB',
    name: 'Interface VPC endpoints per VPC',
    value: 50,
    most: 5000,
  },
  elasticAddresses: { serviceCode: 'ec2', code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', value: 5, most: 5000 },
} as const satisfies Readonly<Record<string, ServiceQuota>>

export type QuotaKey = keyof typeof SERVICE_QUOTAS

export const QUOTA_SERVICES: Readonly<Record<ServiceQuota['serviceCode'], string>> = {
  ec2: 'Amazon Elastic Compute Cloud (Amazon EC2)',
  vpc: 'Amazon Virtual Private Cloud (Amazon VPC)',
}

export function findServiceQuota(serviceCode: string, code: string): ServiceQuota | undefined {
  return Object.values(SERVICE_QUOTAS).find((one) => one.serviceCode === serviceCode && one.code === code)
}
