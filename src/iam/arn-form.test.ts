// Whether a Resource pattern can mean a resource of a kind.

import { expect, test } from 'vitest'
import { canMean } from './arn-form.ts'

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: forms of ARNs, and policy variables
const BUCKET = 'arn:${Partition}:s3:::${BucketName}'
const OBJECT = 'arn:${Partition}:s3:::${BucketName}/${ObjectName}'
const INDEX = 'arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}'

test.each([
  ['arn:aws:s3:::b', BUCKET, true],
  ['arn:aws:s3:::b/k', BUCKET, false],
  ['arn:aws:s3:::b*', BUCKET, true],
  ['arn:aws:s3:::b/*', OBJECT, true],
  ['arn:aws:s3:::b', OBJECT, false],
  ['arn:aws:s3:::b?k', OBJECT, true],
  ['arn:aws:s3:::${aws:username}', OBJECT, true],
  ['arn:aws:sqs:*:*:q', BUCKET, false],
  ['arn:aws:*', BUCKET, true],
  ['*', OBJECT, true],
  ['arn:aws:dynamodb:us-east-1:1:table/t', INDEX, false],
  ['arn:aws:dynamodb:us-east-1:1:table/t/index/*', INDEX, true],
  ['arn:aws:dynamodb:us-east-1:1:table/*', INDEX, true],
  ['arn:aws:dynamodb:*:table/t/index/i', INDEX, true],
])('%s and %s: %s', (pattern, arn, expected) => expect(canMean(pattern, arn)).toBe(expected))
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: forms of ARNs, and policy variables
