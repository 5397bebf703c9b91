// ssmmessages: the channels of agents and of users' plugins. A channel is opened in two steps, a signed call for a token
// and a WebSocket whose first frame brings it; the token is what lets the socket in.

import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { type Authorisation, EVERYONE } from '../../iam/request.ts'
import type { InstanceId } from '../../store/records.ts'
import { CLOSE, onGreeting } from './channel/channel-socket.ts'
import type { TokenPurpose } from './channel/channel-tokens.ts'
import { requireOwnInstance } from './instance/caller-instance.ts'
import { MESSAGES_OPERATIONS, messagesCodec } from './messages-codec.ts'
import { isOver, requireSession } from './session/session.ts'
import { asks, type Ssm } from './ssm.ts'

export function messagesAdapter(ssm: Ssm): Adapter {
  return {
    service: 'ssmmessages',
    operations: MESSAGES_OPERATIONS,
    codec: messagesCodec,
    // The plugin signs nothing: its token says who it is. Everything else must be signed.
    takesAnonymous: new Set(['OpenDataChannel']),
    authorisations: async (call) => authorisationsOf(call),
    refusal: (_call, _authorisation, decision) => new ApiError('AccessDenied', decision.message ?? ''),
    run: async (call) => ({ TokenValue: issueToken(ssm, call) }),
    upgrade: async (call, open) => {
      const channelId = channelOf(call)
      onGreeting(await open(), (socket, { token }) => {
        const purpose = ssm.tokens.take(token, channelId, ssm.now())
        const isControl = call.operation === 'OpenControlChannel'
        if (!purpose || (purpose.kind === 'control') !== isControl || isGone(ssm, purpose)) {
          socket.close(CLOSE.refused, 'the token is not valid')
        } else if (purpose.kind === 'control') ssm.controlChannels.attach(channelId as InstanceId, socket)
        else ssm.dataChannels.attach(channelId, purpose.kind, socket)
      })
    },
  }
}

/** What a plugin may, its token says in the first frame; what may come by an endpoint, the endpoint's policy, to which
 * an unsigned request is nobody's. */
function authorisationsOf(call: Call): readonly Authorisation[] {
  const asked = { action: `ssmmessages:${call.operation}`, resource: '*', keys: {} }
  if (call.principal.kind === 'anonymous')
    return [{ ...asked, resourcePolicy: { name: 'the token', document: EVERYONE } }]
  return [asks(call, '*', {}, 'ssmmessages')]
}

function issueToken(ssm: Ssm, call: Call): string {
  const channelId = channelOf(call)
  switch (call.operation) {
    case 'CreateControlChannel':
      requireOwnInstance(ssm, call, channelId, 'ssmmessages')
      return ssm.tokens.issue({ kind: 'control', channelId }, call.now)
    case 'CreateDataChannel': {
      const session = requireSession(ssm, call, channelId)
      requireOwnInstance(ssm, call, session.target, 'ssmmessages')
      if (isOver(session)) throw new ApiError('DoesNotExistException', `Session ${session.id} was terminated.`)
      return ssm.tokens.issue({ kind: 'agent', channelId }, call.now)
    }
    default:
      throw new ApiError('BadRequestException', `${call.operation} asks for a WebSocket`, { status: 426 })
  }
}

/** What the token was for ended before the socket came. */
function isGone(ssm: Ssm, { kind, channelId }: TokenPurpose): boolean {
  const { records } = ssm.store
  if (kind === 'control') return !records.instances.has(channelId)
  const session = records.ssmSessions.get(channelId)
  return !session || isOver(session)
}

function channelOf({ input }: Call): string {
  return typeof input.ChannelId === 'string' ? input.ChannelId : ''
}
