// What the trail saw, as AWS names it.

import { expect, test } from 'vitest'
import { withNamedActions } from './suggest-actions.ts'

const SEEN = { principal: 'p', resource: '*', resourceAccount: '', passed: true, count: 1 }

test('an action of a REST request stands for all of its service, and those that manage permissions are told', async () => {
  const actions = ['lambda:POST', 's3:GetObject', 's3:PutBucketPolicy', 'apigateway:GET']
  const { seen, unnamed, managing } = await withNamedActions(actions.map((action) => ({ ...SEEN, action })))
  expect(seen.map(({ action }) => action)).toEqual(['lambda:*', 's3:GetObject', 's3:PutBucketPolicy', 'apigateway:GET'])
  expect(unnamed).toEqual([{ action: 'lambda:POST', standsFor: 'lambda:*' }])
  expect(managing).toEqual(['s3:PutBucketPolicy'])
})

test('what was refused is left as it is', async () => {
  const refused = { ...SEEN, action: 'lambda:POST', passed: false }
  expect(await withNamedActions([refused])).toEqual({ seen: [refused], unnamed: [], managing: [] })
})
