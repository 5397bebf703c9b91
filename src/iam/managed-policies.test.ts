// The AWS managed policies: each is a policy that IAM would take, under an id of its own.

import { expect, test } from 'vitest'
import { findManagedPolicy, managedPolicies } from '../catalogue/managed-policies.ts'
import { validatePolicy } from './validate.ts'

const ALL = [...managedPolicies()]

test.each(ALL)('$name is a valid policy', ({ document }) => {
  expect(validatePolicy(document, 'identity-based policy')).toBeUndefined()
})

test('ids have the form of AWS and are unique', () => {
  expect(ALL.filter(({ id }) => !/^ANPA[A-Z2-7]{17}$/.test(id))).toEqual([])
  expect(new Set(ALL.map(({ id }) => id)).size).toBe(ALL.length)
})

test.each(['AmazonSSMManagedInstanceCore', 'AmazonS3FullAccess', 'AmazonS3ReadOnlyAccess', 'AdministratorAccess'])(
  '%s, which labs attach, is there',
  (name) => {
    expect(findManagedPolicy(`arn:aws:iam::aws:policy/${name}`)?.name).toBe(name)
  },
)
