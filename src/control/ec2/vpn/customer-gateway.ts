// Customer gateways: what AWS is told of the device at the other end of a VPN.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/your-cgw.html

import type {
  CreateCustomerGatewayRequest,
  CreateCustomerGatewayResult,
  CustomerGateway as CustomerGatewayOutput,
  DeleteCustomerGatewayRequest,
  DescribeCustomerGatewaysRequest,
  DescribeCustomerGatewaysResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter, notFound } from '../../../errors.ts'
import { type Address, parseAddress } from '../../../ip/address.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { CustomerGateway } from '../../../store/vpn-records.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { findAll, requireNamed, requireOwned } from '../request/require.ts'
import { tagList, tagsFor } from '../request/tags.ts'
import { customerAsn } from './asn.ts'
import { forgetDeleted, isThere, isVisible } from './deleted.ts'
import { requireIpsec } from './vpn-gateway.ts'

/** AWS's quota: https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html */
const GATEWAYS_PER_REGION = 50
const DEFAULT_ASN = 65_000

/** The same call again gives the one that the first made. */
export function createCustomerGateway(
  tx: Tx,
  caller: Caller,
  input: CreateCustomerGatewayRequest,
): CreateCustomerGatewayResult {
  requireIpsec(input.Type)
  const ipAddress = outsideAddress(input)
  const { CertificateArn: certificateArn, DeviceName: deviceName } = input
  if (ipAddress === undefined && certificateArn === undefined) throw missingParameter('ipAddress')
  const bgpAsn = customerAsn(input.BgpAsnExtended ?? input.BgpAsn ?? DEFAULT_ASN)
  const tags = tagsFor('customer-gateway', input.TagSpecifications)
  forgetDeleted(tx, caller)
  const own = findAll(tx.customerGateways, caller).filter(isThere)
  const same = own.find(
    (one) =>
      one.ipAddress === ipAddress &&
      one.bgpAsn === bgpAsn &&
      one.deviceName === deviceName &&
      one.certificateArn === certificateArn,
  )
  if (same) return { CustomerGateway: toCustomerGateway(same) }
  if (own.length >= GATEWAYS_PER_REGION) {
    throw new ApiError('CustomerGatewayLimitExceeded', 'The maximum number of customer gateways has been reached.')
  }
  const gateway = tx.customerGateways.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('cgw'),
    bgpAsn,
    ...(ipAddress !== undefined && { ipAddress }),
    ...(certificateArn !== undefined && { certificateArn }),
    ...(deviceName !== undefined && { deviceName }),
    state: 'available',
  })
  return { CustomerGateway: toCustomerGateway(gateway) }
}

export function describeCustomerGateways(
  records: Records,
  caller: Caller,
  input: DescribeCustomerGatewaysRequest,
): DescribeCustomerGatewaysResult {
  const named = requireNamed(records.customerGateways, caller, 'CustomerGateway', input.CustomerGatewayIds)
  const visible = named.filter((one) => isVisible(one, caller))
  return { CustomerGateways: applyFilters(visible, input.Filters, FILTERS).map(toCustomerGateway) }
}

export function deleteCustomerGateway(
  tx: Tx,
  caller: Caller,
  input: DeleteCustomerGatewayRequest,
): Record<string, never> {
  const gateway = requireCustomerGateway(tx, caller, input.CustomerGatewayId)
  const connection = tx.vpnConnections.where('customerGatewayId', gateway.id).find(isThere)
  if (connection) {
    throw new ApiError('IncorrectState', `The customer gateway is in use by ${connection.id}.`)
  }
  tx.customerGateways.update(gateway.id, { state: 'deleted', deletedAt: caller.now.toISOString() })
  return {}
}

/** One that was deleted is as if it were not there, but to Describe. */
export function requireCustomerGateway(records: Records, caller: Caller, id: string | undefined): CustomerGateway {
  const gateway = requireOwned(records.customerGateways, caller, 'CustomerGateway', id)
  if (!isThere(gateway)) throw notFound('CustomerGateway', gateway.id)
  return gateway
}

function outsideAddress({ IpAddress, PublicIp }: CreateCustomerGatewayRequest): Address | undefined {
  const text = IpAddress ?? PublicIp
  if (text === undefined) return undefined
  const address = parseAddress(text)
  if (!address) throw invalidParameterValue('ipAddress', text, 'This is not an IP address.')
  return address
}

function toCustomerGateway(gateway: CustomerGateway): CustomerGatewayOutput {
  const { bgpAsn } = gateway
  return {
    CustomerGatewayId: gateway.id,
    State: gateway.state,
    Type: 'ipsec.1',
    ...(bgpAsn > 2_147_483_647 ? { BgpAsnExtended: String(bgpAsn) } : { BgpAsn: String(bgpAsn) }),
    IpAddress: gateway.ipAddress,
    CertificateArn: gateway.certificateArn,
    DeviceName: gateway.deviceName,
    Tags: tagList(gateway.tags),
  }
}

const FILTERS: FilterFields<CustomerGateway> = {
  'bgp-asn': (gateway) => gateway.bgpAsn,
  'customer-gateway-id': (gateway) => gateway.id,
  'ip-address': (gateway) => gateway.ipAddress,
  state: (gateway) => gateway.state,
  type: () => 'ipsec.1',
}
