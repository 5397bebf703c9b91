// Certificates as Terraform and the AWS CLI import, read and delete them.

import { beforeEach, describe, expect, test } from 'vitest'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { acmAuthorisations } from './authorisation.ts'
import {
  deleteCertificate,
  describeCertificate,
  getCertificate,
  importCertificate,
  requestCertificate,
} from './certificate.ts'
import { listCertificates } from './certificate-list.ts'
import { addTagsToCertificate, listTagsForCertificate, removeTagsFromCertificate } from './tags.ts'
import { makePair, type Pair } from './testing.ts'

/** The caller of the tests is in the past; certificates begin when they are made. */
const NOW = { ...CALLER, now: new Date(Date.now() + 3_600_000) }
const OTHERS = { ...STRANGER, now: NOW.now }

const root = makePair({ names: [], extensions: ['keyUsage=critical,keyCertSign,cRLSign'] })
const leaf = makePair({
  names: ['one.example.com', 'two.example.com', '*.three.example.com'],
  by: root,
  extensions: [
    'basicConstraints=CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth,clientAuth',
  ],
})
const rsa = makePair({ key: ['rsa:2048'] })

let world: World
beforeEach(async () => {
  world = await openWorld()
})

function importing({ certificate, privateKey }: Pair, more: object = {}, caller = NOW): string {
  const input = { Certificate: certificate, PrivateKey: privateKey, ...more }
  return world.write(importCertificate, input, caller).CertificateArn ?? ''
}

describe('ImportCertificate', () => {
  test('shows what the certificate says', () => {
    const CertificateArn = importing(leaf, {
      CertificateChain: root.certificate,
      Tags: [{ Key: 'team', Value: 'blue' }],
    })
    expect(CertificateArn).toMatch(/^arn:aws:acm:us-east-1:123456789012:certificate\/[0-9a-f-]{36}$/)
    expect(world.read(describeCertificate, { CertificateArn }, NOW).Certificate).toEqual({
      CertificateArn,
      DomainName: 'one.example.com',
      SubjectAlternativeNames: ['one.example.com', 'two.example.com', '*.three.example.com'],
      Serial: expect.stringMatching(/^([0-9a-f]{2}:)+[0-9a-f]{2}$/),
      Subject: 'O=Example,CN=one.example.com',
      Issuer: 'Example',
      CreatedAt: NOW.now,
      ImportedAt: NOW.now,
      Status: 'ISSUED',
      NotBefore: expect.any(Date),
      NotAfter: expect.any(Date),
      KeyAlgorithm: 'EC_prime256v1',
      SignatureAlgorithm: 'SHA256WITHECDSA',
      InUseBy: [],
      Type: 'IMPORTED',
      KeyUsages: [{ Name: 'DIGITAL_SIGNATURE' }],
      ExtendedKeyUsages: [
        { Name: 'TLS_WEB_SERVER_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.1' },
        { Name: 'TLS_WEB_CLIENT_AUTHENTICATION', OID: '1.3.6.1.5.5.7.3.2' },
      ],
      RenewalEligibility: 'INELIGIBLE',
      Options: { CertificateTransparencyLoggingPreference: 'DISABLED' },
    })
    expect(world.read(getCertificate, { CertificateArn }, NOW)).toEqual({
      Certificate: leaf.certificate.toString(),
      CertificateChain: root.certificate.toString(),
    })
  })

  test.each<[string, object, RegExp]>([
    ['no key', { PrivateKey: undefined }, /^1 validation error detected: Value null at 'privateKey'/],
    ['nothing', { Certificate: Buffer.alloc(0) }, /^1 validation error detected: Value '' at 'certificate'/],
    ['no PEM', { Certificate: Buffer.from('hello') }, /^Unable to parse certificate\. Please ensure/],
    ['a broken one', { Certificate: broken(leaf.certificate) }, /^Unable to parse certificate\. Please ensure/],
    [
      'a bundle',
      { Certificate: Buffer.concat([leaf.certificate, root.certificate]) },
      /^The certificate field contains more than one certificate\. You can specify only one/,
    ],
    ["another's key", { PrivateKey: rsa.privateKey }, /^The private key does not match the certificate/],
    ['no key in the key', { PrivateKey: Buffer.from('hello') }, /^The private key is not supported/],
    [
      'an encrypted key',
      { PrivateKey: Buffer.from('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----') },
      /^Your private key should not be encrypted\.$/,
    ],
    ['no chain', { CertificateChain: undefined }, /^Provided certificate is not a valid self signed\./],
    [
      "another's chain",
      { CertificateChain: rsa.certificate },
      /The index within the chain of the invalid certificate is: 0$/,
    ],
    [
      'itself in the chain',
      { CertificateChain: Buffer.concat([root.certificate, leaf.certificate]) },
      /The index within the chain of the invalid certificate is: 1$/,
    ],
    ['a chain that is none', { CertificateChain: Buffer.from('hello') }, /^Unable to parse certificate chain/],
    ['a reserved tag', { Tags: [{ Key: 'aws:x', Value: '' }] }, /./],
  ])('refuses %s', (name, change, message) => {
    const input = {
      Certificate: leaf.certificate,
      PrivateKey: leaf.privateKey,
      CertificateChain: root.certificate,
      ...change,
    }
    const code = name === 'a reserved tag' ? 'InvalidTagException' : 'ValidationException'
    expect(refusal(() => world.write(importCertificate, input, NOW), code)).toMatch(message)
    expect([...world.store.records.certificates.all()]).toEqual([])
  })

  test('refuses one that is over and one that has not begun', () => {
    const { certificate: Certificate, privateKey: PrivateKey } = rsa
    const at = (days: number) => ({ ...NOW, now: new Date(NOW.now.getTime() + days * 86_400_000) })
    const imported = (days: number) => () => world.write(importCertificate, { Certificate, PrivateKey }, at(days))
    expect(refusal(imported(31), 'ValidationException')).toMatch(/^The certificate is not valid: it expired at 20/)
    expect(refusal(imported(-1), 'ValidationException')).toMatch(/^The certificate is not valid yet/)
  })

  test.each([
    ['rsa:512', 'The private key length is not supported for key algorithm.'],
    ['ed25519', 'The private key is not supported.'],
  ])('refuses a key of %s', (key, message) => {
    const { certificate: Certificate, privateKey: PrivateKey } = makePair({ key: [key] })
    expect(refusal(() => world.write(importCertificate, { Certificate, PrivateKey }, NOW), 'ValidationException')).toBe(
      message,
    )
  })

  test('again in its place keeps the tags and takes no others, and no other kind of key', () => {
    const CertificateArn = importing(rsa, { Tags: [{ Key: 'team', Value: 'blue' }] })
    const renewed = makePair({ key: ['rsa:2048'], names: ['new.example.com'] })
    expect(importing(renewed, { CertificateArn })).toBe(CertificateArn)
    expect(world.read(describeCertificate, { CertificateArn }, NOW).Certificate?.DomainName).toBe('new.example.com')
    expect(world.read(listTagsForCertificate, { CertificateArn }, NOW).Tags).toEqual([{ Key: 'team', Value: 'blue' }])
    const again = (more: object, pair = renewed) =>
      refusal(() => importing(pair, { CertificateArn, ...more }), 'ValidationException')
    expect(again({ Tags: [{ Key: 'a', Value: 'b' }] })).toMatch(/^You cannot apply tags/)
    expect(again({}, makePair())).toMatch(/key algorithm .* cannot be changed/)
  })
})

describe('a certificate', () => {
  test("is its account's in its region alone", () => {
    const CertificateArn = importing(rsa)
    for (const caller of [OTHERS, callerOf('123456789012', 'eu-west-1')]) {
      const message = refusal(
        () => world.read(describeCertificate, { CertificateArn }, caller),
        'ResourceNotFoundException',
      )
      expect(message).toBe(`Could not find certificate ${CertificateArn}.`)
    }
    expect(refusal(() => world.read(getCertificate, { CertificateArn: 'x' }, NOW), 'ValidationException')).toMatch(
      /^1 val/,
    )
  })

  test('that a listener has cannot be deleted, and says who has it', () => {
    const CertificateArn = importing(rsa)
    const loadBalancerId = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/lb/0123456789abcdef'
    const record = {
      owner: NOW.account,
      region: NOW.region,
      tags: {},
      createdAt: NOW.now.toISOString(),
      attributes: {},
    }
    const listener = {
      ...record,
      id: 'listener',
      loadBalancerId,
      targetGroupId: 'tg',
      certificateIds: [CertificateArn],
    }
    world.store.transact((tx) => tx.listeners.insert(listener))
    expect(world.read(describeCertificate, { CertificateArn }, NOW).Certificate?.InUseBy).toEqual([loadBalancerId])
    const message = refusal(() => world.write(deleteCertificate, { CertificateArn }, NOW), 'ResourceInUseException')
    expect(message).toBe(`Certificate ${CertificateArn} in account 123456789012 is in use.`)
    world.store.transact((tx) => tx.listeners.delete('listener'))
    world.write(deleteCertificate, { CertificateArn }, NOW)
    expect([...world.store.records.certificates.all()]).toEqual([])
  })

  test('has tags, at most fifty', () => {
    const CertificateArn = importing(rsa)
    world.write(addTagsToCertificate, { CertificateArn, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] }, NOW)
    world.write(removeTagsFromCertificate, { CertificateArn, Tags: [{ Key: 'a', Value: '2' }, { Key: 'b' }] }, NOW)
    expect(world.read(listTagsForCertificate, { CertificateArn }, NOW).Tags).toEqual([{ Key: 'a', Value: '1' }])
    const Tags = Array.from({ length: 50 }, (_, number) => ({ Key: `k${number}` }))
    refusal(() => world.write(addTagsToCertificate, { CertificateArn, Tags }, NOW), 'TooManyTagsException')
  })

  test('is not issued here', () => {
    expect(refusal(() => requestCertificate(), 'ValidationException')).toMatch(/ImportCertificate/)
  })
})

describe('ListCertificates', () => {
  test('filters, and shows 1024 and 2048 bit keys alone when no other is asked for', () => {
    const first = importing(rsa)
    const second = importing(leaf, { CertificateChain: root.certificate })
    importing(rsa, {}, OTHERS)
    const list = (input: object) =>
      world.read(listCertificates, input, NOW).CertificateSummaryList?.map(({ CertificateArn }) => CertificateArn)
    const keyTypes = ['RSA_2048', 'EC_prime256v1'] as const
    expect(list({})).toEqual([first])
    expect(list({ Includes: { keyTypes } })).toEqual([first, second])
    expect(list({ Includes: { keyTypes }, SortBy: 'CREATED_AT', SortOrder: 'DESCENDING' })).toEqual([second, first])
    expect(list({ Includes: { keyTypes, extendedKeyUsage: ['TLS_WEB_CLIENT_AUTHENTICATION'] } })).toEqual([second])
    expect(list({ Includes: { keyTypes, keyUsage: ['DIGITAL_SIGNATURE'] } })).toEqual([second])
    expect(list({ CertificateStatuses: ['EXPIRED'] })).toEqual([])
    expect(list({ CertificateStatuses: ['EXPIRED', 'ISSUED'] })).toEqual([first])
  })

  test('comes in pages', () => {
    const arns = [importing(rsa), importing(rsa), importing(rsa)]
    const one = world.read(listCertificates, { MaxItems: 2 }, NOW)
    const two = world.read(listCertificates, { MaxItems: 2, NextToken: one.NextToken }, NOW)
    const shown = [one, two].flatMap((page) => page.CertificateSummaryList?.map((each) => each.CertificateArn))
    expect([shown, two.NextToken]).toEqual([arns, undefined])
    refusal(() => world.read(listCertificates, { NextToken: 'x' }, NOW), 'ValidationException')
    refusal(() => world.read(listCertificates, { MaxItems: 0 }, NOW), 'ValidationException')
  })
})

test('the policies are asked about the certificate, its tags and those of the request', () => {
  const CertificateArn = importing(rsa, { Tags: [{ Key: 'team', Value: 'blue' }] })
  const ask = (operation: string, input: object) =>
    acmAuthorisations(world.store.records, {
      account: '123456789012',
      region: 'us-east-1',
      operation,
      input: { ...input },
    })[0]
  expect(ask('DescribeCertificate', { CertificateArn })).toEqual({
    action: 'acm:DescribeCertificate',
    resource: CertificateArn,
    resourceAccount: '123456789012',
    keys: { 'aws:ResourceTag/team': 'blue' },
  })
  expect(ask('ImportCertificate', { Tags: [{ Key: 'a', Value: 'b' }] })).toMatchObject({
    resource: 'arn:aws:acm:us-east-1:123456789012:certificate/*',
    keys: { 'aws:requesttag/a': 'b', 'aws:tagkeys': ['a'] },
  })
  expect(ask('ListCertificates', {})?.resource).toBe('*')
})

function broken(certificate: Buffer): Buffer {
  return Buffer.from(certificate.toString().replace(/MI\w{20}/, 'AAAAAAAAAAAAAAAAAAAAAA'))
}
