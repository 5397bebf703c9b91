// Permissions and connections of endpoint services as CreateTags and DescribeTags see them: they are their service's
// owner's, and have no owner in their own records.

import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { AccountId, Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import { connectionsOf } from './connection.ts'

interface OfService {
  readonly id: string
  readonly tags: Tags
}

export function taggedPermissions(records: Records) {
  const toTagged = ({ id, tags }: OfService, { owner, region }: EndpointService) => ({ id, tags, owner, region })
  return {
    get: (id: string) => {
      const permission = records.endpointServicePermissions.get(id)
      const service = permission && records.endpointServices.get(permission.serviceId)
      return service && toTagged(permission, service)
    },
    where: (_field: 'owner', account: AccountId) =>
      records.endpointServices
        .where('owner', account)
        .flatMap((service) =>
          records.endpointServicePermissions
            .where('serviceId', service.id)
            .map((permission) => toTagged(permission, service)),
        ),
  }
}

export function setPermissionTags(tx: Tx, id: string, tags: Tags): void {
  tx.endpointServicePermissions.update(id, { tags })
}

export function taggedConnections(records: Records) {
  const all = (services: Iterable<EndpointService>) =>
    [...services].flatMap((service) =>
      connectionsOf(records, service).map(({ id, tags }) => ({
        id,
        tags,
        owner: service.owner,
        region: service.region,
      })),
    )
  return {
    get: (id: string) => all(records.endpointServices.all()).find((connection) => connection.id === id),
    where: (_field: 'owner', account: AccountId) => all(records.endpointServices.where('owner', account)),
  }
}

export function setConnectionTags(tx: Tx, id: string, tags: Tags): void {
  for (const endpoint of tx.vpcEndpoints.all()) {
    if (endpoint.connectionId === id) tx.vpcEndpoints.update(endpoint.id, { connectionTags: tags })
  }
}
