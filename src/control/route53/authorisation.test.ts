// What Route 53's actions ask the policies.

import { expect, test } from 'vitest'
import { route53Authorisations } from './authorisation.ts'

const ZONE = 'arn:aws:route53:::hostedzone/Z1'

test.each([
  ['CreateHostedZone', { Name: 'a.test' }, '*'],
  ['ListHostedZonesByName', {}, '*'],
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

test('changes are known by their names, types and actions', () => {
  const change = (Action: string, Name: string, Type: string) => ({ Action, ResourceRecordSet: { Name, Type } })
  const Changes = [
    change('UPSERT', 'WWW.A.test.', 'A'),
    change('DELETE', '*.a.test', 'TXT'),
    change('DELETE', 'x', 'A'),
  ]
  const [asked] = route53Authorisations('1', 'ChangeResourceRecordSets', {
    HostedZoneId: 'Z1',
    ChangeBatch: { Changes },
  })
  expect(asked?.keys).toEqual({
    'route53:changeresourcerecordsetsactions': ['UPSERT', 'DELETE'],
    'route53:changeresourcerecordsetsnormalizedrecordnames': ['www.a.test', '\\052.a.test', 'x'],
    'route53:changeresourcerecordsetsrecordtypes': ['A', 'TXT'],
  })
})

test.each([
  ['CreateHostedZone', { Name: 'a.test', VPC: { VPCId: 'vpc-1', VPCRegion: 'us-east-1' } }],
  ['ListHostedZonesByVPC', { VPCId: 'vpc-1', VPCRegion: 'us-east-1' }],
])('%s knows its VPC', (operation, input) => {
  const [asked] = route53Authorisations('1', operation, input)
  expect(asked?.keys).toEqual({ 'route53:vpcs': ['VPCId=vpc-1,VPCRegion=us-east-1'] })
})
