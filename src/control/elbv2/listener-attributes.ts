// Attributes of listeners: how long an idle TCP flow is remembered, and what those of HTTP add to answers. Listeners of TLS
// and of UDP alone have none.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html

import type {
  DescribeListenerAttributesInput,
  DescribeListenerAttributesOutput,
  ModifyListenerAttributesInput,
  ModifyListenerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Listener } from '../../store/load-balancing-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import {
  type AttributeKind,
  type Attributes,
  type AttributeTable,
  attributeList,
  between,
  initialAttributes,
  withAttributes,
} from './attributes.ts'
import { requireListener } from './find.ts'
import { HTTP_LISTENER_ATTRIBUTES, HTTPS_LISTENER_ATTRIBUTES } from './http-attributes.ts'

type Kind = Pick<Listener, 'protocol'>

const TCP: AttributeTable = { 'tcp.idle_timeout.seconds': between(350, 60, 6000) }

export function newListenerAttributes(kind: Kind): Attributes {
  return initialAttributes(tableOf(kind))
}

export function describeListenerAttributes(
  records: Records,
  caller: Caller,
  { ListenerArn }: DescribeListenerAttributesInput,
): DescribeListenerAttributesOutput {
  return { Attributes: attributeList(requireListener(records, caller, ListenerArn).attributes) }
}

export function modifyListenerAttributes(
  tx: Tx,
  caller: Caller,
  input: ModifyListenerAttributesInput,
): ModifyListenerAttributesOutput {
  const listener = requireListener(tx, caller, input.ListenerArn)
  const attributes = withAttributes(kindOf(listener), listener.attributes, input.Attributes)
  tx.listeners.update(listener.id, { attributes })
  return { Attributes: attributeList(attributes) }
}

/** Its own attributes with another protocol: what it still has keeps its value. */
export function keptAttributes(kind: Kind, old: Attributes): Attributes {
  const fresh = newListenerAttributes(kind)
  return Object.fromEntries(Object.entries(fresh).map(([key, value]) => [key, old[key] ?? value]))
}

function tableOf({ protocol }: Kind): AttributeTable {
  if (protocol === 'HTTP') return HTTP_LISTENER_ATTRIBUTES
  if (protocol === 'HTTPS') return HTTPS_LISTENER_ATTRIBUTES
  return protocol === 'TLS' || protocol === 'UDP' ? {} : TCP
}

function kindOf(listener: Listener): AttributeKind {
  const { protocol } = listener
  return {
    name: 'Listener',
    table: tableOf(listener),
    known: new Set([...Object.keys(TCP), ...Object.keys(HTTPS_LISTENER_ATTRIBUTES)]),
    which: `listeners with the ${protocol ?? 'GENEVE'} protocol`,
  }
}
