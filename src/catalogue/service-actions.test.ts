// The generated tables of actions: they can be read, and hold what AWS's reference says.

import { describe, expect, it, test } from 'vitest'
import { ACTION_PREFIXES, loadServiceActions } from './service-actions.ts'

describe('loadServiceActions', () => {
  it('knows an action with its resources, keys and level', async () => {
    const table = await loadServiceActions('sqs')
    expect(table?.actions.get('createqueue')).toEqual({
      name: 'CreateQueue',
      level: 'Write',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as AWS's reference writes it
      resources: [{ type: 'queue', arns: ['arn:${Partition}:sqs:${Region}:${Account}:${QueueName}'], required: true }],
      keys: ['aws:RequestTag/*', 'aws:ResourceTag/*', 'aws:TagKeys'],
    })
    expect(table?.actions.get('listqueues')?.resources).toEqual([])
  })

  it('knows nothing of a service that there is not', () => expect(loadServiceActions('../ec2')).toBeUndefined())

  test('every table can be read', async () => {
    const tables = await Promise.all([...ACTION_PREFIXES].map(loadServiceActions))
    const actions = tables.flatMap((table) => [...(table?.actions.values() ?? [])])
    expect(tables.length).toBeGreaterThan(400)
    expect(actions.length).toBeGreaterThan(20_000)
    expect(
      actions.filter(({ name, keys }) => !/^[\w-]+$/.test(name) || keys.some((key) => !key.includes(':'))),
    ).toEqual([])
  })
})
