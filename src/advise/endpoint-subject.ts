// What is known of an endpoint by the name of its service, for the lint and the suggestion.

import { type EndpointService, findEndpointService } from '../catalogue/endpoint-services.ts'
import { DEFAULT_REGION, isRegion } from '../catalogue/regions.ts'
import type { Subject } from './finding.ts'

/** Services whose actions have another prefix than their endpoint's name and signature.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const PREFIXES: Readonly<Record<string, readonly string[]>> = {
  monitoring: ['cloudwatch'],
  'email-smtp': ['ses'],
  s3: ['s3', 's3-object-lambda', 's3-outposts'],
  'kinesis-streams': ['kinesis'],
  'kinesis-firehose': ['firehose'],
  'git-codecommit': ['codecommit'],
}

/** By `com.amazonaws.us-east-1.s3` or `s3`; undefined when there is no such service. */
export function endpointSubject(name: string): Subject['endpoint'] {
  const service = findService(name)
  if (!service) return undefined
  const label = service.name
    .replace(/^(com|aws)\.(amazonaws|api|sagemaker)\./, '')
    .replace(/^[a-z]+(-[a-z]+)+-\d\./, '')
  const first = label.split('.', 1)[0] ?? label
  const prefixes = PREFIXES[label] ?? [first, ...(service.signingName ? [service.signingName] : [])]
  const [type] = service.types
  return {
    serviceName: service.name,
    actionPrefixes: [...new Set(prefixes)],
    policySupported: service.policySupported,
    ...(service.types.length === 1 && type && { type }),
  }
}

function findService(name: string): EndpointService | undefined {
  if (!name.includes('.')) return findEndpointService(DEFAULT_REGION, `com.amazonaws.${DEFAULT_REGION}.${name}`)
  const region = name.split('.').find(isRegion) ?? DEFAULT_REGION
  return findEndpointService(region, name)
}
