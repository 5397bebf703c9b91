// EC2 actions of Reachability Analyzer.

import {
  deleteNetworkInsightsAnalysis,
  describeNetworkInsightsAnalyses,
  startNetworkInsightsAnalysis,
} from '../../control/ec2/network-insights/analysis.ts'
import {
  createNetworkInsightsPath,
  deleteNetworkInsightsPath,
  describeNetworkInsightsPaths,
} from '../../control/ec2/network-insights/path.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const EC2_NETWORK_INSIGHTS_READS = {
  DescribeNetworkInsightsAnalyses: describeNetworkInsightsAnalyses,
  DescribeNetworkInsightsPaths: describeNetworkInsightsPaths,
} as const satisfies ReadRows

export const EC2_NETWORK_INSIGHTS_WRITES = {
  CreateNetworkInsightsPath: createNetworkInsightsPath,
  DeleteNetworkInsightsAnalysis: deleteNetworkInsightsAnalysis,
  DeleteNetworkInsightsPath: deleteNetworkInsightsPath,
  StartNetworkInsightsAnalysis: startNetworkInsightsAnalysis,
} as const satisfies WriteRows
