import { expect, it } from 'vitest'
import { parseS3Host } from './s3-host.ts'

it.each([
  ['s3.us-east-1.amazonaws.com', { region: 'us-east-1' }],
  ['b.s3.us-east-1.amazonaws.com', { bucket: 'b', region: 'us-east-1' }],
  ['B.S3.us-east-1.amazonaws.com.:443', { bucket: 'b', region: 'us-east-1' }],
  ['my.dotted.bucket.s3.eu-west-1.amazonaws.com', { bucket: 'my.dotted.bucket', region: 'eu-west-1' }],
  ['s3.amazonaws.com', {}],
  ['b.s3.amazonaws.com', { bucket: 'b' }],
  ['b.s3-eu-west-1.amazonaws.com', { bucket: 'b', region: 'eu-west-1' }],
  ['b.s3.dualstack.us-west-2.amazonaws.com', { bucket: 'b', region: 'us-west-2' }],
  ['s3-external-1.amazonaws.com', {}],
  ['b.s3.localhost:4566', { bucket: 'b' }],
  ['b.localhost:4566', { bucket: 'b' }],
  ['s3.localhost', {}],
  ['bucket.vpce-0a-1b.s3.us-east-1.vpce.amazonaws.com', { region: 'us-east-1' }],
  ['b.bucket.vpce-0a-1b-us-east-1a.s3.us-east-1.vpce.amazonaws.com', { bucket: 'b', region: 'us-east-1' }],
  ['my.b.bucket.vpce-0a-1b.s3.us-east-1.vpce.amazonaws.com', { bucket: 'my.b', region: 'us-east-1' }],
  ['vpce-0a-1b.s3.us-east-1.vpce.amazonaws.com', { region: 'us-east-1' }],
  ['control.vpce-0a-1b.s3.us-east-1.vpce.amazonaws.com', { region: 'us-east-1', surface: 'control' }],
  [
    'p-123456789012.accesspoint.vpce-0a-1b.s3.us-east-1.vpce.amazonaws.com',
    { bucket: 'p-123456789012', region: 'us-east-1', surface: 'accesspoint' },
  ],
  [
    '123456789012.s3-control.us-east-1.amazonaws.com',
    { bucket: '123456789012', region: 'us-east-1', surface: 'control' },
  ],
  ['localhost:4566', undefined],
  ['127.0.0.1:4566', undefined],
  ['sts.us-east-1.amazonaws.com', undefined],
  ['b.s3.us-east-1.amazonaws.com.evil.example', undefined],
])('%s', (host, expected) => {
  expect(parseS3Host(host)).toEqual(expected)
})
