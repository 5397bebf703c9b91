// Lattice's own services, which route HTTP: Postern has none, and says so to who asks which there are.

import type {
  ListServiceNetworkServiceAssociationsRequest,
  ListServiceNetworkServiceAssociationsResponse,
  ListServicesResponse,
} from '@aws-sdk/client-vpc-lattice'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireVisible } from './find.ts'

export function listServices(_records: Records, _caller: Caller): ListServicesResponse {
  return { items: [] }
}

export function listServiceNetworkServiceAssociations(
  records: Records,
  caller: Caller,
  { serviceNetworkIdentifier }: ListServiceNetworkServiceAssociationsRequest,
): ListServiceNetworkServiceAssociationsResponse {
  if (serviceNetworkIdentifier !== undefined) requireVisible(records, caller, 'sn', serviceNetworkIdentifier)
  return { items: [] }
}
