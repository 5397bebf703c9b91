// The AWS services behind the front door, beside the control plane and S3: one line each.

import { join } from 'node:path'
import type { Network } from './compile/network.ts'
import type { Adapter } from './edge/adapter.ts'
import type { Principal } from './iam/principal.ts'
import type { Authorisation } from './iam/request.ts'
import { apiGatewayAdapter } from './services/apigateway/apigateway-adapter.ts'
import { ExecuteApiAdapter } from './services/apigateway/execute/execute-adapter.ts'
import { httpSender } from './services/apigateway/execute/send-http.ts'
import { LogsAdapter } from './services/logs/logs-adapter.ts'
import { openSsm } from './services/ssm/ssm-service.ts'
import type { Store } from './store/store.ts'

export interface ServiceContext {
  readonly store: Store
  /** The data directory: a service keeps what it has beside the records in a directory of its own below it. */
  readonly directory: string
  /** The newest compiled Network. */
  readonly network: () => Network
  /** Where the API answers: `http://127.0.0.1:4566`. */
  readonly endpoint: () => string
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** The principal is another than the one that asked where a service does not look at signatures. */
export type DescribedRequest = Authorisation & { readonly principal: Principal }

/** One AWS service, under one signing name or several. */
export interface Service {
  readonly adapters: readonly Adapter[]
  /** What a request of `principal` asks the policies, as explain puts it: for resources that have policies of their own.
   * Undefined: not this service's, or nothing special about it. */
  describeRequest?(principal: Principal, action: string, arn: string): DescribedRequest | undefined
  /** Forgets what is not in the store's records: an empty world. */
  reset?(): Promise<void>
  /** Ends what is under way and lets go of the disk. */
  close?(): Promise<void>
}

export async function openServices(context: ServiceContext): Promise<readonly Service[]> {
  return [openLogs(context), openApiGateway(context), openSsm(context)]
}

function openLogs({ directory, now, log }: ServiceContext): Service {
  const logs = new LogsAdapter(join(directory, 'logs'), { now, log })
  return { adapters: [logs], reset: () => logs.reset(), close: () => logs.close() }
}

/** Its own API, and the users' APIs. */
function openApiGateway({ store, endpoint }: ServiceContext): Service {
  const send = httpSender(endpoint)
  const executeApi = new ExecuteApiAdapter(store.records, send)
  return {
    adapters: [apiGatewayAdapter(store, send), executeApi],
    describeRequest: (principal, action, arn) => executeApi.describeRequest(principal, action, arn),
  }
}
