// The smallest world with an S3 gateway endpoint and an interface endpoint, made by the control functions in memory.

import { hostImages } from '../src/catalogue/images.ts'
import type { Caller } from '../src/control/caller.ts'
import { createVpcEndpoint } from '../src/control/ec2/endpoint/vpc-endpoint.ts'
import { runInstances } from '../src/control/ec2/instance/run-instances.ts'
import { createSubnet } from '../src/control/ec2/vpc/subnet.ts'
import { createVpc } from '../src/control/ec2/vpc/vpc.ts'
import { rootPrincipal } from '../src/iam/principal.ts'
import { MemoryJournal } from '../src/store/journal.ts'
import { Store } from '../src/store/store.ts'

const REGION = 'us-east-1'

export interface GatewayWorld {
  readonly store: Store
  /** In a subnet whose route table has the endpoint. */
  readonly instanceId: string
  /** Where the endpoint's listeners are in the backbone. */
  readonly endpointBackbone: string
  /** The interface endpoint, in the instance's subnet. */
  readonly door: { readonly address: string; readonly backbone: string }
}

export async function gatewayWorld(): Promise<GatewayWorld> {
  const store = await Store.open(new MemoryJournal())
  const caller: Caller = {
    account: '123456789012',
    region: REGION,
    principal: rootPrincipal('123456789012'),
    now: new Date(),
    requestId: 'bench',
  }
  store.transact((tx) => {
    const { Vpc } = createVpc(tx, caller, { CidrBlock: '10.0.0.0/16' })
    const VpcId = Vpc?.VpcId
    const { Subnet } = createSubnet(tx, caller, { VpcId, CidrBlock: '10.0.1.0/24' })
    const [table] = [...tx.routeTables.all()].filter((routeTable) => routeTable.vpcId === VpcId)
    const ServiceName = `com.amazonaws.${REGION}.s3`
    createVpcEndpoint(tx, caller, { VpcId, ServiceName, RouteTableIds: table ? [table.id] : [] })
    const ssm = { VpcEndpointType: 'Interface', ServiceName: `com.amazonaws.${REGION}.ssm` } as const
    createVpcEndpoint(tx, caller, { VpcId, ...ssm, SubnetIds: [Subnet?.SubnetId ?? ''], PrivateDnsEnabled: false })
    const ImageId = hostImages(REGION, 'x86_64')[0]?.id
    const launch = { ImageId, InstanceType: 't3.micro', SubnetId: Subnet?.SubnetId, MinCount: 1, MaxCount: 1 } as const
    runInstances(tx, caller, launch, 'x86_64')
  })
  const [instance] = store.records.instances.all()
  const endpoint = [...store.records.vpcEndpoints.all()].find(({ type }) => type === 'Gateway')
  const own = [...store.records.networkInterfaces.all()].find(({ vpcEndpointId }) => vpcEndpointId !== undefined)
  const [address] = own?.privateAddresses ?? []
  if (!instance || !endpoint || !own || !address) throw new Error('the world was not made')
  const door = { address, backbone: own.backboneAddress }
  return { store, instanceId: instance.id, endpointBackbone: endpoint.backboneAddress, door }
}
