// What is not as its protocol says is refused by name, and nothing that a client sends makes a decoder throw anything
// but ApiError.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import type { Decoded } from './codec.ts'
import { codecFor, notImplemented } from './codecs.ts'
import { ServiceModel } from './model.ts'
import { loadTables } from './tables.ts'

function codecOf(service: string, served?: readonly string[]) {
  const model = new ServiceModel(loadTables(service))
  return codecFor(model, new Set(served ?? Object.keys(loadTables(service).operations)))
}

const codecs = new Map(['ec2', 'iam', 'ssm', 's3'].map((service) => [service, codecOf(service)]))

interface Sent {
  method?: string
  path?: string
  query?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
}

function decode(service: string, { method = 'POST', path = '/', query = '', headers = {}, body = '' }: Sent): Decoded {
  const codec = codecs.get(service)
  if (!codec) throw new TypeError(service)
  return codec.begin({ method, path, query, headers }).decode(typeof body === 'string' ? Buffer.from(body) : body)
}

describe('ec2 parameters', () => {
  it.each([
    ['no action', 'Version=2016-11-15', 'MissingAction', 'The request must contain the parameter Action'],
    ['JSON for a form', '{"Action":"DescribeVpcs"}', 'MissingAction', 'The request must contain the parameter Action'],
    ['an action that nobody has', 'Action=Fly', 'InvalidAction', 'The action Fly is not valid for this web service.'],
    [
      'a parameter of no action',
      'Action=CreateVpc&Colour=red',
      'UnknownParameter',
      'The parameter Colour is not recognized',
    ],
    [
      'a nested one',
      'Action=CreateVpc&TagSpecification.1.Tag.1.Colour=x',
      'UnknownParameter',
      'The parameter TagSpecification.1.Tag.1.Colour is not recognized',
    ],
    [
      'a list without number',
      'Action=DescribeVpcs&VpcId.x=vpc-1',
      'UnknownParameter',
      'The parameter VpcId.x is not recognized',
    ],
    [
      'members of a plain value',
      'Action=CreateVpc&CidrBlock.1=x',
      'UnknownParameter',
      'The parameter CidrBlock.1 is not recognized',
    ],
    [
      'a boolean that is none',
      'Action=CreateVpc&DryRun=yes',
      'InvalidParameterValue',
      'Value (yes) for parameter DryRun is invalid. It must be true or false.',
    ],
    [
      'a number that is none',
      'Action=DescribeVpcs&MaxResults=1e3',
      'InvalidParameterValue',
      'Value (1e3) for parameter MaxResults is invalid. It must be a whole number.',
    ],
    [
      'an enum value that is none',
      'Action=CreateVpc&InstanceTenancy=mine',
      'InvalidParameterValue',
      'Value (mine) for parameter InstanceTenancy is invalid. Valid values are: dedicated, default, host.',
    ],
    ['a bad escape', 'Action=CreateVpc&CidrBlock=%zz', 'MalformedQueryString', expect.stringContaining('%zz')],
    [
      'a list in place of a value',
      'Action=DescribeVpcs&VpcId=vpc-1',
      'InvalidParameterValue',
      expect.stringContaining('VpcId'),
    ],
  ])('%s', (_name, body, code, message) => {
    expect(() => decode('ec2', { body })).toThrow(expect.objectContaining({ code, message }))
  })

  it('entries of a list are ordered by their numbers, holes and all', () => {
    const { input } = decode('ec2', { body: 'Action=DescribeVpcs&VpcId.10=c&VpcId.2=b&VpcId.1=a' })
    expect(input).toEqual({ VpcIds: ['a', 'b', 'c'] })
  })

  it('a GET carries its parameters in the query', () => {
    const query = 'Action=DescribeVpcs&Version=2016-11-15&VpcId.1=a&X-Amz-Algorithm=AWS4-HMAC-SHA256'
    expect(decode('ec2', { method: 'GET', query })).toEqual({ operation: 'DescribeVpcs', input: { VpcIds: ['a'] } })
  })

  it('an operation of AWS that is not served says so', () => {
    const codec = codecOf('ec2', ['DescribeVpcs'])
    const reading = codec.begin({ method: 'POST', path: '/', query: '', headers: {} })
    expect(() => reading.decode(Buffer.from('Action=CreateVpc'))).toThrow(
      expect.objectContaining({
        code: 'InvalidAction',
        message:
          'The action CreateVpc is not valid for this web service. AWS has it and Postern does not serve it yet.',
      }),
    )
    expect(notImplemented(new ServiceModel(loadTables('sts')), new Set(['AssumeRole']))).toContain('GetSessionToken')
  })
})

describe('other protocols', () => {
  it.each([
    ['route53', '/2013-04-01/healthcheckcount', 'The operation is not known: GetHealthCheckCount.'],
    ['s3', '/', 'A header you provided implies functionality that is not implemented: ListBuckets.'],
  ])('an operation that is not served is refused in the words of %s', (service, path, sentence) => {
    const begin = () => codecOf(service, []).begin({ method: 'GET', path, query: '', headers: {} })
    const message = `${sentence} AWS has it and Postern does not serve it yet.`
    expect(begin).toThrow(expect.objectContaining({ code: 'NotImplemented', status: 501, message }))
  })

  it.each<[string, string, Sent, string]>([
    ['IAM enum', 'iam', { body: 'Action=UpdateAccessKey&AccessKeyId=AKIA1&Status=On' }, 'ValidationError'],
    [
      'JSON that is not JSON',
      'ssm',
      { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{' },
      'SerializationException',
    ],
    [
      'JSON that is no object',
      'ssm',
      { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '[]' },
      'SerializationException',
    ],
    [
      'a JSON member of the wrong type',
      'ssm',
      { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{"Name":1}' },
      'SerializationException',
    ],
    [
      'a JSON enum',
      'ssm',
      { headers: { 'x-amz-target': 'AmazonSSM.PutParameter' }, body: '{"Type":"x"}' },
      'ValidationException',
    ],
    ['no target', 'ssm', { body: '{}' }, 'UnknownOperationException'],
    [
      'the target of another service',
      'ssm',
      { headers: { 'x-amz-target': 'Logs_20140328.GetParameter' }, body: '{}' },
      'UnknownOperationException',
    ],
    [
      'XML that is not XML',
      's3',
      { method: 'POST', path: '/b', query: 'delete', body: '<Delete><Object>' },
      'MalformedXML',
    ],
    ['another root', 's3', { method: 'POST', path: '/b', query: 'delete', body: '<Add/>' }, 'MalformedXML'],
    [
      'an unknown element',
      's3',
      { method: 'POST', path: '/b', query: 'delete', body: '<Delete><What/></Delete>' },
      'MalformedXML',
    ],
    [
      'a document type',
      's3',
      { method: 'POST', path: '/b', query: 'delete', body: '<!DOCTYPE Delete []><Delete/>' },
      'MalformedXML',
    ],
    [
      'text that is not UTF-8',
      's3',
      { method: 'PUT', path: '/b', query: 'policy', body: Buffer.from([0xff, 0xfe]) },
      'InvalidRequest',
    ],
    ['a bad number in the query', 's3', { method: 'GET', path: '/b', query: 'max-keys=many' }, 'InvalidArgument'],
    ['a bad escape in the path', 's3', { method: 'GET', path: '/b/%zz' }, 'InvalidURI'],
    ['a method that nothing takes', 's3', { method: 'PATCH', path: '/b/k' }, 'MethodNotAllowed'],
  ])('%s', (_name, service, sent, code) => {
    expect(() => decode(service, sent)).toThrow(expect.objectContaining({ code }))
  })

  it('a slash after the bucket is still the bucket; keys keep theirs', () => {
    expect(decode('s3', { method: 'GET', path: '/b/' }).operation).toBe('ListObjects')
    expect(decode('s3', { method: 'GET', path: '/b//a/../c/' }).input).toEqual({ Bucket: 'b', Key: '/a/../c/' })
  })
})

describe('no input makes a decoder throw anything but ApiError', () => {
  const onlyApiErrors = (service: string, sent: Sent) => {
    try {
      decode(service, sent)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      expect(error.status).toBeGreaterThanOrEqual(400)
    }
  }
  const names = [
    'VpcId',
    'Filter',
    '1',
    'Value',
    'Tag',
    'Tags',
    'member',
    'entry',
    '__proto__',
    'constructor',
    '',
    'DryRun',
  ]
  const parameter = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.'))
  const form = fc.array(fc.tuple(parameter, fc.string()), { maxLength: 6 })

  it('ec2 and IAM parameters', () => {
    fc.assert(
      fc.property(fc.constantFrom('RunInstances', 'DescribeVpcs', 'CreateRole', 'TagRole'), form, (action, pairs) => {
        const body = `Action=${action}&${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
        onlyApiErrors('ec2', { body })
        onlyApiErrors('iam', { body })
      }),
    )
  })

  it('bytes as any body', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
        onlyApiErrors('ec2', { body })
        onlyApiErrors('ssm', { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body })
        onlyApiErrors('s3', { method: 'POST', path: '/b', query: 'delete', body })
      }),
    )
  })

  it('JSON of any form', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('Name', 'Tags', 'Type', '__proto__'), fc.jsonValue()), (value) => {
        const body = JSON.stringify(value)
        onlyApiErrors('ssm', { headers: { 'x-amz-target': 'AmazonSSM.PutParameter' }, body })
      }),
    )
  })

  it('XML of any form', () => {
    const tag = fc.constantFrom('Delete', 'Object', 'Key', 'Quiet', 'x:Key', 'toString')
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('', 'true', '&amp;', '&#x0;', '&nope;', '<![CDATA[&]]>', '&#xd800;'),
        fc
          .tuple(tag, fc.array(tie('tree'), { maxLength: 3 }))
          .map(([name, inner]) => `<${name}>${inner.join('')}</${name}>`),
      ),
    }))
    fc.assert(
      fc.property(tree, (inner) =>
        onlyApiErrors('s3', { method: 'POST', path: '/b', query: 'delete', body: `<Delete>${inner}</Delete>` }),
      ),
    )
  })

  it('any path, query and header', () => {
    fc.assert(
      fc.property(fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'), fc.webPath(), fc.string(), (method, path, query) =>
        onlyApiErrors('s3', {
          method,
          path: `/${path}`,
          query,
          headers: { 'x-amz-copy-source': query, expires: query },
        }),
      ),
    )
  })
})
