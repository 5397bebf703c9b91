// What S3 says of a bucket policy that it does not take: the first error in its own words, and all others behind it.

import { expect, test } from 'vitest'
import { requireBucketPolicy } from './bucket-policy.ts'

const GOOD = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::data/*' }
const { Principal: _, ...NOBODY } = GOOD
const text = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

test.each([
  { name: 'nothing', policy: text(GOOD), says: undefined },
  {
    name: 'text that stops being JSON',
    policy: '{\n "Statement": x}',
    says: "Policies must be valid JSON and the first byte must be '{' (line 2, column 15)",
  },
  {
    name: 'one error of each of three statements',
    policy: text({ ...GOOD, Effect: 'Yes' }, { ...GOOD, Action: 'sqs:SendMessage' }, NOBODY),
    says:
      'Invalid policy syntax: Effect is neither Allow nor Deny (line 1, column 39, $.Statement[0].Effect); ' +
      'Policy has invalid action (line 1, column 171, $.Statement[1].Action[0]); ' +
      'Missing required field Principal (line 1, column 223, $.Statement[2])',
  },
  {
    name: 'two errors of one statement',
    policy: text({ ...NOBODY, Resource: 'arn:aws:s3:::other/*' }),
    says:
      'Missing required field Principal (line 1, column 38, $.Statement[0]); ' +
      'Policy has invalid resource (line 1, column 91, $.Statement[0].Resource[0])',
  },
  {
    name: 'an action on objects of the bucket',
    policy: text({ ...GOOD, Resource: 'arn:aws:s3:::data' }),
    says: 'Action does not apply to any resource(s) in statement (line 1, column 38, $.Statement[0])',
  },
])('requireBucketPolicy: $name', ({ policy, says }) => {
  const take = () => requireBucketPolicy('data', policy)
  if (says === undefined) expect(take().statements).toHaveLength(1)
  else expect(take).toThrow(expect.objectContaining({ code: 'MalformedPolicy', message: says }))
})
