// The two tunnels of a VPN connection: what the caller wants of them, and what AWS fills in. No tunnel is dug: an on-premises
// network that is attached to the connection stands for the other end.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html

import type { TunnelOption, VpnTunnelOptionsSpecification } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import { type Address, addressBits, addressPlus, formatAddress } from '../../../ip/address.ts'
import {
  type Cidr,
  cidr,
  cidrBase,
  cidrCovers,
  cidrFamily,
  cidrLength,
  cidrsOverlap,
  parseCidr,
} from '../../../ip/cidr.ts'
import type { Tx } from '../../../store/store.ts'
import type { VpnTunnel, VpnTunnelOptions } from '../../../store/vpn-records.ts'

const TUNNELS = 2
const INSIDE = cidr('169.254.0.0/16')
const IPV6_INSIDE = cidr('fd00::/8')
/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpnTunnelOptionsSpecification.html */
const RESERVED = [
  '169.254.0.0/30',
  '169.254.1.0/30',
  '169.254.2.0/30',
  '169.254.3.0/30',
  '169.254.4.0/30',
  '169.254.5.0/30',
  '169.254.169.252/30',
].map(cidr)
/** Where Amazon's ends seem to be. */
const OUTSIDE = cidr('34.192.0.0/12')

const PRE_SHARED_KEY = /^(?!0)[A-Za-z0-9._]{8,64}$/

/** Tunnels of IPv6 have a block of each family inside: https://docs.aws.amazon.com/vpn/latest/s2svpn/ipv4-ipv6.html */
export function newTunnels(
  tx: Tx,
  wanted: readonly VpnTunnelOptionsSpecification[] | undefined,
  isIpv6: boolean,
): VpnTunnel[] {
  if (wanted && wanted.length > TUNNELS) {
    throw invalidParameterValue('tunnelOptions', String(wanted.length), 'A VPN connection has two tunnels.')
  }
  const taken: Cidr[] = []
  return Array.from({ length: TUNNELS }, (_, index) => {
    const one = wanted?.[index] ?? {}
    const insideCidr = checkInside(one.TunnelInsideCidr) ?? freeInside(tx, taken)
    if (taken.includes(insideCidr)) {
      throw new ApiError('InvalidParameterCombination', `Both tunnels cannot have the inside CIDR ${insideCidr}.`)
    }
    taken.push(insideCidr)
    const given = checkIpv6Inside(one.TunnelInsideIpv6Cidr, isIpv6)
    return {
      outsideAddress: outsideAddress(tx),
      insideCidr,
      ...(isIpv6 && { insideIpv6Cidr: given ?? freeIpv6Inside(tx) }),
      preSharedKey: checkKey(one.PreSharedKey) ?? randomKey(tx),
      options: optionsOf(one),
    }
  })
}

/** The tunnel with what is given changed. */
export function changedTunnel(tunnel: VpnTunnel, wanted: VpnTunnelOptionsSpecification): VpnTunnel {
  checkIpv6Inside(wanted.TunnelInsideIpv6Cidr, tunnel.insideIpv6Cidr !== undefined)
  return {
    ...tunnel,
    insideCidr: checkInside(wanted.TunnelInsideCidr) ?? tunnel.insideCidr,
    ...(tunnel.insideIpv6Cidr && {
      insideIpv6Cidr: checkIpv6Inside(wanted.TunnelInsideIpv6Cidr, true) ?? tunnel.insideIpv6Cidr,
    }),
    preSharedKey: checkKey(wanted.PreSharedKey) ?? tunnel.preSharedKey,
    options: { ...tunnel.options, ...optionsOf(wanted) },
  }
}

export function toTunnelOption(tunnel: VpnTunnel): TunnelOption {
  const { outsideAddress, insideCidr, insideIpv6Cidr, preSharedKey, options } = tunnel
  return {
    OutsideIpAddress: outsideAddress,
    TunnelInsideCidr: insideCidr,
    TunnelInsideIpv6Cidr: insideIpv6Cidr,
    PreSharedKey: preSharedKey,
    ...(options as Omit<TunnelOption, 'OutsideIpAddress' | 'TunnelInsideCidr' | 'PreSharedKey'>),
  }
}

/** Numbers by the least and the greatest that they may be. */
const RANGES = {
  Phase1LifetimeSeconds: [900, 28_800],
  Phase2LifetimeSeconds: [900, 3600],
  RekeyMarginTimeSeconds: [60, 1800],
  RekeyFuzzPercentage: [0, 100],
  ReplayWindowSize: [64, 2048],
} as const

const WORDS = { DPDTimeoutAction: ['clear', 'none', 'restart'], StartupAction: ['add', 'start'] } as const

const ALGORITHMS = ['AES128', 'AES256', 'AES128-GCM-16', 'AES256-GCM-16']
const HASHES = ['SHA1', 'SHA2-256', 'SHA2-384', 'SHA2-512']
const GROUPS = [2, 5, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]

/** Lists, each with what it may have in it. */
const LISTS = {
  Phase1EncryptionAlgorithms: ALGORITHMS,
  Phase2EncryptionAlgorithms: ALGORITHMS,
  Phase1IntegrityAlgorithms: HASHES,
  Phase2IntegrityAlgorithms: HASHES,
  Phase1DHGroupNumbers: GROUPS.filter((one) => one !== 5),
  Phase2DHGroupNumbers: GROUPS,
  IKEVersions: ['ikev1', 'ikev2'],
} as const

/** Answers spell some members otherwise than requests. */
const SHOWN: Readonly<Record<string, string>> = {
  DPDTimeoutSeconds: 'DpdTimeoutSeconds',
  DPDTimeoutAction: 'DpdTimeoutAction',
  IKEVersions: 'IkeVersions',
}

function optionsOf(wanted: VpnTunnelOptionsSpecification): VpnTunnelOptions {
  const numbers = Object.entries(RANGES).flatMap(([name, range]) => {
    const value = wanted[name as keyof typeof RANGES]
    return value === undefined ? [] : [[name, checkNumber(name, value, range)] as const]
  })
  const timeout = wanted.DPDTimeoutSeconds
  const words = Object.entries(WORDS).flatMap(([name, choices]) => {
    const value = wanted[name as keyof typeof WORDS]
    if (value === undefined) return []
    if (!choices.some((one) => one === value)) throw invalidParameterValue(name, value, `Use ${choices.join(', ')}.`)
    return [[name, value] as const]
  })
  const lists = Object.entries(LISTS).flatMap(([name, choices]) => {
    const values = wanted[name as keyof typeof LISTS]?.flatMap(({ Value }) => Value ?? []) ?? []
    const strange = values.find((value) => !choices.some((one) => one === value))
    if (strange !== undefined) throw invalidParameterValue(name, String(strange), `Use ${choices.join(', ')}.`)
    return values.length > 0 ? [[name, values.map((Value) => ({ Value }))] as const] : []
  })
  const rest = {
    ...(timeout !== undefined && { DPDTimeoutSeconds: checkNumber('DPDTimeoutSeconds', timeout, [30, 3600]) }),
    ...(wanted.EnableTunnelLifecycleControl !== undefined && {
      EnableTunnelLifecycleControl: wanted.EnableTunnelLifecycleControl,
    }),
  }
  const all = [...numbers, ...words, ...lists, ...Object.entries(rest)]
  return Object.fromEntries(all.map(([name, value]) => [SHOWN[name] ?? name, value]))
}

function checkNumber(name: string, value: number, [least, greatest]: readonly [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= greatest) return value
  throw invalidParameterValue(name, String(value), `Use a number from ${least} to ${greatest}.`)
}

function checkInside(text: string | undefined): Cidr | undefined {
  if (text === undefined || text === '') return undefined
  const block = parseCidr(text)
  if (!block || cidrLength(block) !== 30 || !cidrCovers(INSIDE, block)) {
    throw invalidParameterValue('tunnelInsideCidr', text, 'Use a block of size /30 from 169.254.0.0/16.')
  }
  if (RESERVED.some((one) => cidrsOverlap(one, block))) {
    throw invalidParameterValue('tunnelInsideCidr', text, 'This block is reserved.')
  }
  return block
}

function checkIpv6Inside(text: string | undefined, isIpv6: boolean): Cidr | undefined {
  if (text === undefined || text === '') return undefined
  if (!isIpv6) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter tunnelInsideIpv6Cidr is for connections whose tunnelInsideIpVersion is ipv6.',
    )
  }
  const block = parseCidr(text)
  if (!block || cidrFamily(block) !== 6 || cidrLength(block) !== 126 || !cidrCovers(IPV6_INSIDE, block)) {
    throw invalidParameterValue('tunnelInsideIpv6Cidr', text, 'Use a block of size /126 from fd00::/8.')
  }
  return block
}

function checkKey(key: string | undefined): string | undefined {
  if (key === undefined || key === '') return undefined
  if (PRE_SHARED_KEY.test(key)) return key
  throw new ApiError(
    'InvalidParameterValue',
    'The pre-shared key is invalid: use 8 to 64 letters, digits, periods and underscores, and no zero at the beginning.',
  )
}

/** 64 bits of chance, as an id has them. */
function chance(tx: Tx): bigint {
  return BigInt(`0x${tx.newId('chance').replace(/^chance-/, '')}`)
}

function randomKey(tx: Tx): string {
  return `k${(chance(tx) * 0x10000000000000000n + chance(tx)).toString(36).padStart(25, '0')}`.padEnd(32, '_')
}

function outsideAddress(tx: Tx): Address {
  return addressPlus(cidrBase(OUTSIDE), chance(tx) % 0x100000n)
}

function freeIpv6Inside(tx: Tx): Cidr {
  const { family, bits } = addressBits(cidrBase(IPV6_INSIDE))
  return cidr(`${formatAddress({ family, bits: bits + ((chance(tx) & 0xffffffffffffffn) << 64n) })}/126`)
}

function freeInside(tx: Tx, taken: readonly Cidr[]): Cidr {
  for (;;) {
    const { family, bits } = addressBits(cidrBase(INSIDE))
    const block = cidr(`${formatAddress({ family, bits: bits + (chance(tx) % 0x4000n) * 4n })}/30`)
    if (!taken.includes(block) && !RESERVED.some((one) => cidrsOverlap(one, block))) return block
  }
}
