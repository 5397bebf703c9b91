// Claims that several labs make: what a name resolves to, what times out, what is refused, and what explain says of it.

import type { Stage } from '../src/compile/stages.ts'
import type { ClientName, LabRun } from './lab.ts'
import type { LabWorld, Request } from './lab-world.ts'
import type { Proofs } from './proofs.ts'
import type { Ran } from './run.ts'

export type Scene = Pick<LabRun<unknown, unknown>, 'world' | 'proofs'>

const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/

/** The client that is asked for, else the AWS CLI where the instance has it. */
export async function chooseClient(world: LabWorld, instanceId: string, asked?: ClientName): Promise<ClientName> {
  return asked ?? ((await world.exec(instanceId, 'aws', '--version')).code === 0 ? 'aws' : 'curl')
}

/** The AWS CLI inside an instance: one attempt and short waits, for a name may have several addresses to wait for. */
export const AWS_CLI = ['env', 'AWS_MAX_ATTEMPTS=1', 'aws', '--cli-connect-timeout', '1', '--cli-read-timeout', '8']

export interface ResolvedClaim {
  readonly claim: string
  readonly instanceId: string
  readonly name: string
  /** Whether one of the addresses is as claimed; it must hold for all. */
  readonly wanted: (address: string) => boolean
}

/** `dig +short` inside the instance. */
export function proveResolves({ world, proofs }: Scene, { claim, instanceId, name, wanted }: ResolvedClaim) {
  return proofs.prove(claim, async () => {
    const { stdout, stderr } = await world.exec(instanceId, 'dig', '+short', name)
    const addresses = stdout.split('\n').filter((line) => ADDRESS.test(line))
    return {
      passed: addresses.length > 0 && addresses.every(wanted),
      evidence: `dig +short ${name}: ${stdout.trim().split('\n').join(' ')}${stderr}`,
    }
  })
}

/** In 10.0.0.0/8, where the labs' VPCs are. */
export function isPrivate(address: string): boolean {
  return address.startsWith('10.')
}

export function isPublic(address: string): boolean {
  return !isPrivate(address)
}

export function proveTimesOut(proofs: Proofs, claim: string, act: () => Promise<Ran>): Promise<void> {
  return proofs.prove(claim, async () => {
    const ran = await act()
    return { passed: ran.code !== 0 && /timed? ?out|timeout/i.test(said(ran)), evidence: said(ran) }
  })
}

/** It works, and says what it should. */
export function proveWorks(proofs: Proofs, claim: string, act: () => Promise<Ran>, wanted = ''): Promise<void> {
  return proofs.prove(claim, async () => {
    const ran = await act()
    return { passed: ran.code === 0 && ran.stdout.includes(wanted), evidence: said(ran) }
  })
}

/** It is refused with AWS's sentence. */
export function proveRefused(proofs: Proofs, claim: string, act: () => Promise<Ran>, sentence: string): Promise<void> {
  return proofs.prove(claim, async () => {
    const ran = await act()
    return { passed: ran.code !== 0 && said(ran).includes(sentence), evidence: said(ran) }
  })
}

export interface Explained {
  readonly from: string
  /** `NAME:443` */
  readonly to: string
  readonly request?: Request
}

export function proveReachable({ world, proofs }: Scene, { from, to, request }: Explained): Promise<void> {
  return proofs.prove('explain agrees: it passes', async () => {
    const trace = await world.explain(from, to, request)
    return {
      passed: trace.verdict === 'reachable',
      evidence: trace.steps.map((step) => `${step.stage}: ${step.by}`).join('\n'),
    }
  })
}

/** Explain stops the flow at `stage`, and names the resource that decided. */
export function proveExplained(
  { world, proofs }: Scene,
  { from, to, request }: Explained,
  decider: { readonly stage: Stage; readonly by: string | undefined },
): Promise<void> {
  const { stage, by } = decider
  return proofs.prove(`explain names ${stage} and ${by}`, async () => {
    const trace = await world.explain(from, to, request)
    const blocker = trace.blockers.find((step) => step.stage === stage)
    const passed = trace.verdict === 'stopped' && by !== undefined && blocker?.by.includes(by) === true
    return {
      passed,
      evidence: trace.blockers.map((step) => `${step.stage} ${step.by}: ${step.why}`).join('\n') || trace.verdict,
    }
  })
}

export function said({ code, stdout, stderr }: Ran): string {
  return (
    [stdout, stderr]
      .map((text) => text.trim())
      .filter(Boolean)
      .join('\n')
      .slice(0, 600) || `exit code ${code}`
  )
}
