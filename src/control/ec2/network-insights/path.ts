// Paths of Reachability Analyzer: from where to where somebody wants to know whether a packet gets.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInsightsPath.html

import type {
  CreateNetworkInsightsPathRequest,
  CreateNetworkInsightsPathResult,
  DeleteNetworkInsightsPathRequest,
  DeleteNetworkInsightsPathResult,
  DescribeNetworkInsightsPathsRequest,
  DescribeNetworkInsightsPathsResult,
  PathRequestFilter,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { type Address, addressFamily, parseAddress } from '../../../ip/address.ts'
import type { PortRange } from '../../../ip/protocol.ts'
import type { NetworkInsightsPath, PathFilter } from '../../../store/network-insights-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireOwned } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { requireDestination, requireOwnSourceAddress, requireSource } from './path-end.ts'
import { toPath } from './path-shape.ts'

const ACTION = 'CreateNetworkInsightsPath'

export function createNetworkInsightsPath(
  tx: Tx,
  caller: Caller,
  input: CreateNetworkInsightsPathRequest,
): CreateNetworkInsightsPathResult {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  const made = madeBefore === undefined ? undefined : tx.networkInsightsPaths.get(madeBefore)
  if (made) return { NetworkInsightsPath: toPath(made) }
  const protocol = parseChoice('protocol', input.Protocol, ['tcp', 'udp'] as const)
  if (!protocol) throw missingParameter('protocol')
  const header = requireHeader(input)
  const source = requireSource(tx, caller, input.Source)
  const destination = requireDestination(tx, caller, input.Destination, source)
  const at = header.destinationIp ?? header.filterAtSource?.destinationAddress
  if (destination === undefined && at === undefined) throw missingParameter('destination')
  requireOwnSourceAddress(tx, source, header.sourceIp ?? header.filterAtSource?.sourceAddress)
  const path = tx.networkInsightsPaths.insert({
    ...ownedBy(caller, tagsFor('network-insights-path', input.TagSpecifications)),
    id: tx.newId('nip'),
    source,
    ...(destination !== undefined && { destination }),
    protocol,
    ...header,
  })
  rememberMade(tx, caller, { action: ACTION, input }, path.id)
  return { NetworkInsightsPath: toPath(path) }
}

export function describeNetworkInsightsPaths(
  records: Records,
  caller: Caller,
  input: DescribeNetworkInsightsPathsRequest,
): DescribeNetworkInsightsPathsResult {
  const ids = input.NetworkInsightsPathIds ?? []
  const named = requireNamed(records.networkInsightsPaths, caller, 'NetworkInsightsPath', ids)
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 1, max: 100, hasIds: ids.length > 0 })
  return { NetworkInsightsPaths: items.map(toPath), NextToken: nextToken }
}

export function deleteNetworkInsightsPath(
  tx: Tx,
  caller: Caller,
  input: DeleteNetworkInsightsPathRequest,
): DeleteNetworkInsightsPathResult {
  const { id } = requireOwned(tx.networkInsightsPaths, caller, 'NetworkInsightsPath', input.NetworkInsightsPathId)
  const [analysis] = tx.networkInsightsAnalyses.where('pathId', id)
  if (analysis) {
    throw new ApiError(
      'AnalysisExistsForNetworkInsightsPath',
      `The path ${id} still has the analysis ${analysis.id}; delete it first.`,
    )
  }
  tx.networkInsightsPaths.delete(id)
  forgetMade(tx, id)
  return { NetworkInsightsPathId: id }
}

type Header = Pick<
  NetworkInsightsPath,
  'sourceIp' | 'destinationIp' | 'destinationPort' | 'filterAtSource' | 'filterAtDestination'
>

/** A filter stands in the place of the single parameters at its end. */
function requireHeader(input: CreateNetworkInsightsPathRequest): Header {
  const { FilterAtSource: atSource, FilterAtDestination: atDestination } = input
  const { SourceIp, DestinationIp, DestinationPort } = input
  if (atSource && (SourceIp !== undefined || DestinationPort !== undefined)) {
    throw notBoth('FilterAtSource', 'SourceIp or DestinationPort')
  }
  if (atDestination && DestinationIp !== undefined) throw notBoth('FilterAtDestination', 'DestinationIp')
  if (DestinationPort !== undefined) requirePort('destinationPort', DestinationPort)
  const filterAtSource = atSource && requireFilter('filterAtSource', atSource)
  const filterAtDestination = atDestination && requireFilter('filterAtDestination', atDestination)
  if (filterAtDestination?.sourceAddress !== undefined) {
    refuseUnserved({ 'FilterAtDestination.SourceAddress': filterAtDestination.sourceAddress })
  }
  return {
    ...(SourceIp && { sourceIp: requireIpv4('sourceIp', SourceIp) }),
    ...(DestinationIp && { destinationIp: requireIpv4('destinationIp', DestinationIp) }),
    ...(DestinationPort !== undefined && { destinationPort: DestinationPort }),
    ...(filterAtSource && { filterAtSource }),
    ...(filterAtDestination && { filterAtDestination }),
  }
}

function notBoth(filter: string, other: string): ApiError {
  return new ApiError('InvalidParameterCombination', `The parameter ${filter} cannot be used with ${other}.`)
}

/** Which port a packet is sent from decides nothing that is walked: replies go to any that a client may have. */
function requireFilter(name: string, filter: PathRequestFilter): PathFilter {
  refuseUnserved({ [`${name}.SourcePortRange`]: filter.SourcePortRange })
  const { SourceAddress: source, DestinationAddress: destination, DestinationPortRange: range } = filter
  const ports = range && requirePorts(`${name}.destinationPortRange`, range)
  return {
    ...(source && { sourceAddress: requireIpv4(`${name}.sourceAddress`, source) }),
    ...(destination && { destinationAddress: requireIpv4(`${name}.destinationAddress`, destination) }),
    ...(ports && { destinationPorts: ports }),
  }
}

function requirePorts(name: string, range: NonNullable<PathRequestFilter['DestinationPortRange']>): PortRange {
  const from = requirePort(`${name}.fromPort`, range.FromPort)
  const to = requirePort(`${name}.toPort`, range.ToPort ?? range.FromPort)
  if (from > to) throw invalidParameterValue(name, `${from}-${to}`, 'The first port is above the last.')
  return { from, to }
}

function requirePort(name: string, port: number | undefined): number {
  if (port === undefined) throw missingParameter(name)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw invalidParameterValue(name, String(port), 'Use a port from 0 to 65535.')
}

/** With or without the length of a single address. */
function requireIpv4(name: string, text: string): Address {
  const address = parseAddress(text.replace(/\/32$/, ''))
  if (address && addressFamily(address) === 4) return address
  throw invalidParameterValue(name, text, 'Use one IPv4 address.')
}

function portsText(range: PortRange | undefined): string | undefined {
  return range && `${range.from}-${range.to}`
}

const FILTERS: FilterFields<NetworkInsightsPath> = {
  destination: ({ destination }) => destination,
  'filter-at-source.source-address': ({ filterAtSource }) => filterAtSource?.sourceAddress,
  'filter-at-source.source-port-range': () => undefined,
  'filter-at-source.destination-address': ({ filterAtSource }) => filterAtSource?.destinationAddress,
  'filter-at-source.destination-port-range': ({ filterAtSource }) => portsText(filterAtSource?.destinationPorts),
  'filter-at-destination.source-address': () => undefined,
  'filter-at-destination.source-port-range': () => undefined,
  'filter-at-destination.destination-address': ({ filterAtDestination }) => filterAtDestination?.destinationAddress,
  'filter-at-destination.destination-port-range': ({ filterAtDestination }) =>
    portsText(filterAtDestination?.destinationPorts),
  protocol: ({ protocol }) => protocol,
  source: ({ source }) => source,
}
