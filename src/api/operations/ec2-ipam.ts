// EC2 actions of IPAM.

import {
  createIpam,
  createIpamScope,
  deleteIpam,
  deleteIpamScope,
  describeIpamScopes,
  describeIpams,
  modifyIpam,
  modifyIpamScope,
} from '../../control/ec2/ipam/ipam.ts'
import { createIpamPool, deleteIpamPool, describeIpamPools, modifyIpamPool } from '../../control/ec2/ipam/pool.ts'
import {
  allocateIpamPoolCidr,
  deprovisionIpamPoolCidr,
  getIpamPoolAllocations,
  getIpamPoolCidrs,
  provisionIpamPoolCidr,
  releaseIpamPoolAllocation,
} from '../../control/ec2/ipam/pool-cidr.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_IPAM_READS = {
  DescribeIpamPools: describeIpamPools,
  DescribeIpamScopes: describeIpamScopes,
  DescribeIpams: describeIpams,
  GetIpamPoolAllocations: getIpamPoolAllocations,
  GetIpamPoolCidrs: getIpamPoolCidrs,
} as const satisfies ReadRows

export const EC2_IPAM_WRITES = {
  AllocateIpamPoolCidr: allocateIpamPoolCidr,
  CreateIpam: createIpam,
  CreateIpamPool: createIpamPool,
  CreateIpamScope: createIpamScope,
  DeleteIpam: deleteIpam,
  DeleteIpamPool: deleteIpamPool,
  DeleteIpamScope: deleteIpamScope,
  DeprovisionIpamPoolCidr: deprovisionIpamPoolCidr,
  ModifyIpam: modifyIpam,
  ModifyIpamPool: modifyIpamPool,
  ModifyIpamScope: modifyIpamScope,
  ProvisionIpamPoolCidr: provisionIpamPoolCidr,
  ReleaseIpamPoolAllocation: releaseIpamPoolAllocation,
} as const satisfies WriteRows
