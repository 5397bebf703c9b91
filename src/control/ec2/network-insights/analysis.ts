// Analyses of Reachability Analyzer: a path, asked about at one moment. `explain` answers it, once the Network that was
// compiled holds all that the call could have seen.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartNetworkInsightsAnalysis.html

import type {
  DeleteNetworkInsightsAnalysisRequest,
  DeleteNetworkInsightsAnalysisResult,
  DescribeNetworkInsightsAnalysesRequest,
  DescribeNetworkInsightsAnalysesResult,
  StartNetworkInsightsAnalysisRequest,
  StartNetworkInsightsAnalysisResult,
} from '@aws-sdk/client-ec2'
import { invalidParameterValue } from '../../../errors.ts'
import type { NetworkInsightsAnalysis, PathFinding } from '../../../store/network-insights-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireOwned } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { toAnalysis } from './path-shape.ts'

const ACTION = 'StartNetworkInsightsAnalysis'

export function startNetworkInsightsAnalysis(
  tx: Tx,
  caller: Caller,
  input: StartNetworkInsightsAnalysisRequest,
): StartNetworkInsightsAnalysisResult {
  const madeBefore = findMadeBefore(tx, caller, { action: ACTION, input })
  const made = madeBefore === undefined ? undefined : tx.networkInsightsAnalyses.get(madeBefore)
  if (made) return { NetworkInsightsAnalysis: toAnalysis(made) }
  refuseUnserved({ additionalAccounts: input.AdditionalAccounts })
  const path = requireOwned(tx.networkInsightsPaths, caller, 'NetworkInsightsPath', input.NetworkInsightsPathId)
  const analysis = tx.networkInsightsAnalyses.insert({
    ...ownedBy(caller, tagsFor('network-insights-analysis', input.TagSpecifications)),
    id: tx.newId('nia'),
    pathId: path.id,
    status: 'running',
    filterInArns: requireArns('filterInArn', input.FilterInArns),
    filterOutArns: requireArns('filterOutArn', input.FilterOutArns),
  })
  rememberMade(tx, caller, { action: ACTION, input }, analysis.id)
  return { NetworkInsightsAnalysis: toAnalysis(analysis) }
}

/** What was found becomes the analysis's, or why nothing could be. */
export function finishNetworkInsightsAnalysis(
  tx: Tx,
  { id }: NetworkInsightsAnalysis,
  outcome: { readonly finding: PathFinding } | { readonly failure: string },
): void {
  if (tx.networkInsightsAnalyses.get(id)?.status !== 'running') return
  if ('finding' in outcome) tx.networkInsightsAnalyses.update(id, { status: 'succeeded', finding: outcome.finding })
  else tx.networkInsightsAnalyses.update(id, { status: 'failed', statusMessage: outcome.failure })
}

export function describeNetworkInsightsAnalyses(
  records: Records,
  caller: Caller,
  input: DescribeNetworkInsightsAnalysesRequest,
): DescribeNetworkInsightsAnalysesResult {
  const ids = input.NetworkInsightsAnalysisIds ?? []
  const { NetworkInsightsPathId: pathId, AnalysisStartTime: first, AnalysisEndTime: last } = input
  if (pathId !== undefined) requireOwned(records.networkInsightsPaths, caller, 'NetworkInsightsPath', pathId)
  const named = requireNamed(records.networkInsightsAnalyses, caller, 'NetworkInsightsAnalysis', ids)
  const between = named.filter(({ pathId: own, createdAt }) => {
    const at = Date.parse(createdAt)
    if (pathId !== undefined && own !== pathId) return false
    return (first === undefined || at >= first.getTime()) && (last === undefined || at <= last.getTime())
  })
  const found = applyFilters(between, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 1, max: 100, hasIds: ids.length > 0 })
  return { NetworkInsightsAnalyses: items.map(toAnalysis), NextToken: nextToken }
}

export function deleteNetworkInsightsAnalysis(
  tx: Tx,
  caller: Caller,
  input: DeleteNetworkInsightsAnalysisRequest,
): DeleteNetworkInsightsAnalysisResult {
  const wanted = input.NetworkInsightsAnalysisId
  const { id } = requireOwned(tx.networkInsightsAnalyses, caller, 'NetworkInsightsAnalysis', wanted)
  tx.networkInsightsAnalyses.delete(id)
  forgetMade(tx, id)
  return { NetworkInsightsAnalysisId: id }
}

function requireArns(parameter: string, arns: readonly string[] | undefined): readonly string[] {
  for (const arn of arns ?? []) {
    if (!/^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d*:.+$/.test(arn)) {
      throw invalidParameterValue(parameter, arn, 'Use the ARN of a resource.')
    }
  }
  return arns ?? []
}

const FILTERS: FilterFields<NetworkInsightsAnalysis> = {
  'path-found': ({ finding }) => finding?.isFound,
  status: ({ status }) => status,
}
