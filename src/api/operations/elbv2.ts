// Elastic Load Balancing actions that Postern serves.

import { describeAccountLimits } from '../../control/elbv2/account-limits.ts'
import { elbAuthorisations } from '../../control/elbv2/authorisation.ts'
import { setIpAddressType } from '../../control/elbv2/ip-address-type.ts'
import { createListener, deleteListener, describeListeners, modifyListener } from '../../control/elbv2/listener.ts'
import { describeListenerAttributes, modifyListenerAttributes } from '../../control/elbv2/listener-attributes.ts'
import {
  addListenerCertificates,
  describeListenerCertificates,
  removeListenerCertificates,
} from '../../control/elbv2/listener-certificate.ts'
import {
  createLoadBalancer,
  deleteLoadBalancer,
  describeCapacityReservation,
  describeLoadBalancers,
} from '../../control/elbv2/load-balancer.ts'
import {
  describeLoadBalancerAttributes,
  modifyLoadBalancerAttributes,
} from '../../control/elbv2/load-balancer-attributes.ts'
import { setSecurityGroups } from '../../control/elbv2/load-balancer-groups.ts'
import { setSubnets } from '../../control/elbv2/load-balancer-subnets.ts'
import { createRule, deleteRule, describeRules, modifyRule, setRulePriorities } from '../../control/elbv2/rule.ts'
import { describeSslPolicies } from '../../control/elbv2/ssl-policy.ts'
import { addTags, describeTags, removeTags } from '../../control/elbv2/tags.ts'
import { deregisterTargets, registerTargets } from '../../control/elbv2/target.ts'
import {
  createTargetGroup,
  deleteTargetGroup,
  describeTargetGroups,
  modifyTargetGroup,
} from '../../control/elbv2/target-group.ts'
import {
  describeTargetGroupAttributes,
  modifyTargetGroupAttributes,
} from '../../control/elbv2/target-group-attributes.ts'
import { describeTargetHealth } from '../../control/elbv2/target-health.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows, WriteRows } from './rows.ts'

export const ELB_READS = {
  DescribeAccountLimits: describeAccountLimits,
  DescribeCapacityReservation: describeCapacityReservation,
  DescribeListenerAttributes: describeListenerAttributes,
  DescribeListenerCertificates: describeListenerCertificates,
  DescribeListeners: describeListeners,
  DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
  DescribeLoadBalancers: describeLoadBalancers,
  DescribeRules: describeRules,
  DescribeSSLPolicies: describeSslPolicies,
  DescribeTags: describeTags,
  DescribeTargetGroupAttributes: describeTargetGroupAttributes,
  DescribeTargetGroups: describeTargetGroups,
  DescribeTargetHealth: describeTargetHealth,
} as const satisfies ReadRows

export const ELB_WRITES = {
  AddListenerCertificates: addListenerCertificates,
  AddTags: addTags,
  CreateListener: createListener,
  CreateLoadBalancer: createLoadBalancer,
  CreateRule: createRule,
  CreateTargetGroup: createTargetGroup,
  DeleteListener: deleteListener,
  DeleteLoadBalancer: deleteLoadBalancer,
  DeleteRule: deleteRule,
  DeleteTargetGroup: deleteTargetGroup,
  DeregisterTargets: deregisterTargets,
  ModifyListener: modifyListener,
  ModifyListenerAttributes: modifyListenerAttributes,
  ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
  ModifyRule: modifyRule,
  ModifyTargetGroup: modifyTargetGroup,
  ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
  RegisterTargets: registerTargets,
  RemoveListenerCertificates: removeListenerCertificates,
  RemoveTags: removeTags,
  SetIpAddressType: setIpAddressType,
  SetRulePriorities: setRulePriorities,
  SetSecurityGroups: setSecurityGroups,
  SetSubnets: setSubnets,
} as const satisfies WriteRows

/** Every action asks about the resources that its input names or makes. */
export const ELB_AUTHORISATIONS: NonNullable<ControlAdapterOptions['authorisations']> = Object.fromEntries(
  [...Object.keys(ELB_READS), ...Object.keys(ELB_WRITES)].map((operation) => [
    operation,
    (records, { principal, region, input }) => {
      const account = principal.kind === 'anonymous' ? '' : principal.account
      return elbAuthorisations(records, { account, region }, operation, input)
    },
  ]),
)
