import { expect, it } from 'vitest'
import { parseServiceUpstream } from './upstreams.ts'

it.each([
  ['dynamodb=http://127.0.0.1:8000', 'dynamodb', 'http://127.0.0.1:8000/'],
  ['DynamoDB-Streams=https://localhost/', 'dynamodb-streams', 'https://localhost/'],
  ['monitoring=http://[::1]:4566', 'monitoring', 'http://[::1]:4566/'],
  ['ecr.dkr=http://registry:5000', 'ecr.dkr', 'http://registry:5000/'],
])('%s', (text, service, url) => {
  const parsed = parseServiceUpstream(text)
  expect([parsed.service, parsed.url.href]).toEqual([service, url])
})

it.each([
  ['', /'' must be SERVICE=URL/],
  ['dynamodb', /must be SERVICE=URL/],
  ['=http://x', /must be SERVICE=URL/],
  ['dynamdb=http://127.0.0.1', /'dynamdb' is no service with VPC endpoints/],
  ['sqs=', /'' for sqs must be http/],
  ['sqs=127.0.0.1:80', /must be http/],
  ['sqs=ftp://x', /must be http/],
  ['sqs=http://x/path', /must have no path/],
  ['sqs=http://x/?q', /must have no path/],
  ['sqs=http://key:secret@x', /must have no credentials/],
])('refuses %s', (text, why) => {
  expect(() => parseServiceUpstream(text)).toThrow(why)
})
