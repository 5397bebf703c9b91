// Analyses of Reachability Analyzer are records that run until explain has answered them: this looks after every change
// whether there are any. Nothing is loaded for it while there are none.

import type { Network } from '../compile/network.ts'
import { finishNetworkInsightsAnalysis } from '../control/ec2/network-insights/analysis.ts'
import type { PathRequest } from '../explain/path-analysis/attempt.ts'
import { type PortRange, parseProtocol, TCP } from '../ip/protocol.ts'
import type { NetworkInsightsAnalysis, NetworkInsightsPath, PathFinding } from '../store/network-insights-records.ts'
import type { Store } from '../store/store.ts'

interface Dependencies {
  readonly store: Store
  readonly network: () => Network
  /** Waits until the Network has what the records hold. */
  readonly settle: () => Promise<void>
  readonly log: (line: string) => void
}

/** Answers what runs now, and whatever comes; returns the way to stop. */
export function followAnalyses({ store, network, settle, log }: Dependencies): () => void {
  let isEnded = false
  let isAnswering = false
  const running = () => store.records.networkInsightsAnalyses.where('status', 'running')
  const answer = async () => {
    const { analysePath } = await import('../explain/path-analysis/analyse-path.ts')
    for (let asked = running(); asked.length > 0 && !isEnded; asked = running()) {
      await settle()
      if (isEnded) return
      const outcomes = asked.map((one) => ({
        one,
        outcome: outcomeOf(store, one, (path) => analysePath(network(), path)),
      }))
      const { durable } = store.transact((tx) => {
        for (const { one, outcome } of outcomes) finishNetworkInsightsAnalysis(tx, one, outcome)
      })
      await durable
    }
  }
  const look = () => {
    if (isEnded || isAnswering || running().length === 0) return
    isAnswering = true
    answer()
      .catch((error: unknown) => log(`network insights analyses wait: ${String(error)}`))
      .finally(() => {
        isAnswering = false
      })
  }
  look()
  const endWatch = store.watch(look)
  return () => {
    isEnded = true
    endWatch()
  }
}

type Outcome = { readonly finding: PathFinding } | { readonly failure: string }

function outcomeOf(
  { records }: Store,
  analysis: NetworkInsightsAnalysis,
  analyse: (path: PathRequest) => PathFinding,
): Outcome {
  const path = records.networkInsightsPaths.get(analysis.pathId)
  if (!path) return { failure: `The path ${analysis.pathId} was deleted.` }
  try {
    return { finding: analyse(pathRequest(path, analysis)) }
  } catch (error) {
    return { failure: `The analysis could not be made: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The path's single parameters and its filters say the same things; a port of both ends must be in both. */
export function pathRequest(path: NetworkInsightsPath, analysis: NetworkInsightsAnalysis): PathRequest {
  const { filterAtSource, filterAtDestination } = path
  const sourceIp = path.sourceIp ?? filterAtSource?.sourceAddress
  const destinationIp =
    path.destinationIp ?? filterAtDestination?.destinationAddress ?? filterAtSource?.destinationAddress
  return {
    source: path.source,
    ...(path.destination !== undefined && { destination: path.destination }),
    ...(sourceIp && { sourceIp }),
    ...(destinationIp && { destinationIp }),
    protocol: parseProtocol(path.protocol) ?? TCP,
    ports: portsOf(path),
    account: path.owner,
    filterInArns: analysis.filterInArns,
    filterOutArns: analysis.filterOutArns,
  }
}

function portsOf({ destinationPort, filterAtSource, filterAtDestination }: NetworkInsightsPath): PortRange {
  if (destinationPort !== undefined) return { from: destinationPort, to: destinationPort }
  const ranges = [filterAtSource?.destinationPorts, filterAtDestination?.destinationPorts].flatMap((one) => one ?? [])
  return {
    from: Math.max(0, ...ranges.map(({ from }) => from)),
    to: Math.min(65_535, ...ranges.map(({ to }) => to)),
  }
}
