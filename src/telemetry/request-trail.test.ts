// What the trail keeps of the front door's events, and what it lets go.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnsweredEvent } from '../edge/front-door.ts'
import type { Connection } from '../iam/connection.ts'
import { type Principal, rootPrincipal } from '../iam/principal.ts'
import { RequestTrail } from './request-trail.ts'

const ACCOUNT = '123456789012'
const SESSION: Principal = {
  ...rootPrincipal(ACCOUNT),
  kind: 'assumedRole',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/app/i-1`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/app`,
  roleName: 'app',
  sessionName: 'i-1',
  sessionPolicies: [],
  issuedAt: '2026-01-01T00:00:00Z',
}

let directory: string
let trail: RequestTrail
const open = (limit?: number) =>
  new RequestTrail(
    join(directory, 'trail.db'),
    (line) => expect.unreachable(line),
    limit === undefined ? {} : { limit },
  )
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-trail-'))
  trail = open()
})
afterEach(() => {
  trail.close()
  rmSync(directory, { recursive: true })
})

function by(endpointId: string): Connection {
  return {
    kind: 'endpoint',
    endpointId,
    endpointAccount: ACCOUNT,
    endpointType: 'Gateway',
    serviceName: 'com.amazonaws.us-east-1.s3',
    vpcId: 'vpc-1',
    region: 'us-east-1',
    vpcSourceIp: '10.0.1.5',
    interfaceId: 'eni-1',
    secure: true,
  }
}

interface Asked {
  readonly key: string
  readonly allowed?: boolean
}

function event(asked: readonly Asked[], rest: Partial<AnsweredEvent> = {}): AnsweredEvent {
  return {
    requestId: 'r',
    connection: by('vpce-1'),
    status: 200,
    asked: asked.map(({ key, allowed = true }) => ({
      principal: SESSION,
      allowed,
      authorisation: {
        action: 's3:GetObject',
        resource: `arn:aws:s3:::data/${key}`,
        resourceAccount: ACCOUNT,
        keys: {},
      },
    })),
    ...rest,
  }
}

const seen = (endpointId = 'vpce-1', since = 0) =>
  trail.seen(endpointId, since).map(({ resource, passed, count }) => `${resource.slice(18)} ${passed} ${count}`)

describe('the request trail', () => {
  it('counts equal requests as one, by the role and not by its session', () => {
    for (const at of [1, 2, 3]) trail.note(event([{ key: 'a' }]), at)
    expect(trail.seen('vpce-1', 0)).toEqual([
      {
        endpointId: 'vpce-1',
        principal: `arn:aws:iam::${ACCOUNT}:role/app`,
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::data/a',
        resourceAccount: ACCOUNT,
        passed: true,
        lastAt: 3,
        count: 3,
      },
    ])
  })

  it('goes on counting what is already on disk', () => {
    trail.note(event([{ key: 'a' }]), 1)
    expect(seen()).toEqual(['a true 1'])
    trail.note(event([{ key: 'a' }]), 2)
    expect(seen()).toEqual(['a true 2'])
  })

  it('is asked by endpoint and by time', () => {
    trail.note(event([{ key: 'a' }]), 10)
    trail.note(event([{ key: 'b' }]), 20)
    trail.note(event([{ key: 'c' }], { connection: by('vpce-2') }), 20)
    expect(seen('vpce-1', 15)).toEqual(['b true 1'])
    expect(seen('vpce-2')).toEqual(['c true 1'])
  })

  it('takes nothing that came by no endpoint, or was not asked of the policies', () => {
    trail.note(event([{ key: 'a' }], { connection: { kind: 'public', sourceIp: '127.0.0.1', secure: true } }), 1)
    const { asked: _, ...unasked } = event([])
    trail.note(unasked, 1)
    expect(seen()).toEqual([])
  })

  it('a refusal that ends the call lets none of its parts pass', () => {
    trail.note(event([{ key: 'a' }, { key: 'b', allowed: false }], { status: 403, errorCode: 'AccessDenied' }), 1)
    expect(seen()).toEqual(['a false 1', 'b false 1'])
  })

  it('a refusal that the call answers lets its other parts pass', () => {
    trail.note(event([{ key: 'a' }, { key: 'b', allowed: false }]), 1)
    expect(seen()).toEqual(['a true 1', 'b false 1'])
  })

  it('what passed the policies passed, though there was no such key', () => {
    trail.note(event([{ key: 'a' }], { status: 404, errorCode: 'NoSuchKey' }), 1)
    expect(seen()).toEqual(['a true 1'])
  })

  it('is there after a restart', () => {
    trail.note(event([{ key: 'a' }]), 1)
    trail.close()
    trail = open()
    expect(seen()).toEqual(['a true 1'])
  })

  it('forgets the oldest of an endpoint when it is full, and of that one only', () => {
    trail.close()
    trail = open(1_000)
    trail.note(event([{ key: 'other' }], { connection: by('vpce-2') }), 0)
    for (let at = 0; at < 3_000; at++) trail.note(event([{ key: String(at) }]), at)
    const kept = trail.seen('vpce-1', 0)
    expect(kept.length).toBeLessThanOrEqual(1_000)
    expect(kept.length).toBeGreaterThanOrEqual(700)
    expect(Math.max(...kept.map(({ lastAt }) => lastAt))).toBe(2_999)
    expect(seen('vpce-2')).toHaveLength(1)
  })

  it('forgets everything', () => {
    trail.note(event([{ key: 'a' }]), 1)
    trail.reset()
    expect(seen()).toEqual([])
  })
})
