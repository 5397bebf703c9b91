// The security policies that listeners of TLS can have.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeSSLPolicies.html

import type {
  DescribeSSLPoliciesInput,
  DescribeSSLPoliciesOutput,
  SslPolicy as SslPolicyOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { findSslPolicy, SSL_POLICIES, type SslPolicy } from '../../catalogue/ssl-policies.ts'
import { ApiError } from '../../errors.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { pageOf } from './pages.ts'

export function describeSslPolicies(
  _records: Records,
  _caller: Caller,
  input: DescribeSSLPoliciesInput,
): DescribeSSLPoliciesOutput {
  const { Names: names = [], LoadBalancerType: type } = input
  const named = names.length === 0 ? SSL_POLICIES : names.map(requirePolicy)
  const { items, marker } = pageOf(type === 'gateway' ? [] : named, input, ({ name }) => name)
  return { SslPolicies: items.map(toSslPolicy), NextMarker: marker }
}

function requirePolicy(name: string): SslPolicy {
  const found = findSslPolicy(name)
  if (!found) throw new ApiError('SSLPolicyNotFound', `SSL policy '${name}' not found`)
  return found
}

function toSslPolicy({ name, protocols, ciphers }: SslPolicy): SslPolicyOutput {
  return {
    Name: name,
    SslProtocols: [...protocols],
    Ciphers: ciphers.map((cipher, index) => ({ Name: cipher, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application', 'network'],
  }
}
