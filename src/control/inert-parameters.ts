// Parameters that are taken, checked and shown where AWS shows them, and change neither a packet nor a name nor a decision:
// what they are about is not there, such as disks, or hosts that belong to nobody else. docs/operations.md lists them, and the
// test beside this file holds the Network with each against the Network without. What would mislead is refused instead.

/** By signing name and operation. */
const INERT: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ec2: {
    AllocateAddress: ['NetworkBorderGroup'],
    CreateNetworkInterface: ['Description'],
    CreateVpc: ['InstanceTenancy'],
    ModifyNetworkInterfaceAttribute: ['Description'],
    ModifyVpcAttribute: ['EnableNetworkAddressUsageMetrics'],
    RunInstances: ['BlockDeviceMappings', 'CreditSpecification', 'EbsOptimized', 'Monitoring'],
  },
  route53: {
    CreateHostedZone: ['HostedZoneConfig'],
    UpdateHostedZoneComment: ['Comment'],
  },
  'vpc-lattice': {
    CreateResourceGateway: ['ipv4AddressesPerEni'],
  },
}

export function inertParameters(service: string, operation: string): readonly string[] {
  return INERT[service]?.[operation] ?? []
}

/** Every `service operation parameter`. */
export function allInertParameters(): string[] {
  return Object.entries(INERT).flatMap(([service, operations]) =>
    Object.entries(operations).flatMap(([operation, names]) => names.map((name) => `${service} ${operation} ${name}`)),
  )
}
