// What Route 53's actions ask the policies.

import { expect, test } from 'vitest'
import { route53Authorisations } from './authorisation.ts'

const ZONE = 'arn:aws:route53:::hostedzone/Z1'

test.each([
  ['CreateHostedZone', { Name: 'a.test' }, '*'],
  ['ListHostedZonesByVPC', { VPCId: 'vpc-1' }, '*'],
  ['GetHostedZone', { Id: 'Z1' }, ZONE],
  ['DeleteHostedZone', { Id: '/hostedzone/Z1' }, ZONE],
  ['ChangeResourceRecordSets', { HostedZoneId: 'Z1' }, ZONE],
  ['AssociateVPCWithHostedZone', { HostedZoneId: '/hostedzone/Z1' }, ZONE],
  ['ListTagsForResource', { ResourceType: 'hostedzone', ResourceId: 'Z1' }, ZONE],
  ['GetChange', { Id: '/change/C1' }, 'arn:aws:route53:::change/C1'],
])('%s asks about %o: %s', (operation, input, resource) => {
  expect(route53Authorisations('123456789012', operation, input)).toEqual([
    { action: `route53:${operation}`, resource, keys: {}, resourceAccount: '123456789012' },
  ])
})
