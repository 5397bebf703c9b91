import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type Journal, type JournalEntry, MemoryJournal } from './journal.ts'
import type { ClientToken } from './records.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import { Store, StoreUnavailable } from './store.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-store-'))
afterAll(() => rmSync(directory, { recursive: true }))

function token(id: string, resourceId = 'r'): ClientToken {
  return { id, parameters: '', resourceId }
}

function refuse(): never {
  throw new Error('disk I/O error')
}

/** Fails every append from the moment it is told to, as a full disk does. */
class FullDisk implements Journal {
  full = false
  load = async () => ({ revision: 0, records: [] })
  append(_revision: number, _entries: readonly JournalEntry[], done: (error?: Error) => void) {
    setImmediate(() => done(this.full ? new Error('database or disk is full') : undefined))
  }
  close = async () => undefined
}

describe('a disk that fails', () => {
  test('is remembered until it takes something again, which a probe finds out', async () => {
    const disk = new FullDisk()
    const store = await Store.open(disk)
    disk.full = true
    const durable = store.transact((tx) => tx.clientTokens.insert(token('a'))).durable
    await expect(durable).rejects.toThrow('database or disk is full')
    expect(store.lastFailure).toBe('database or disk is full')
    const written = new Promise<void>((resolve) => store.watch(resolve))
    disk.full = false
    store.probe()
    await written
    expect(store.lastFailure).toBeUndefined()
    expect([...store.records.clientTokens.all()]).toEqual([])
  })
})

describe('transact', () => {
  test('a change that throws leaves nothing behind', async () => {
    const store = await Store.open(new MemoryJournal())
    expect(() =>
      store.transact((tx) => {
        tx.clientTokens.insert(token('a'))
        throw new Error('refused')
      }),
    ).toThrow('refused')
    expect([...store.records.clientTokens.all()]).toEqual([])
    expect(store.revision).toBe(0)
  })

  test('a change sees its own writes, by id, by index and in lists', async () => {
    const store = await Store.open(new MemoryJournal())
    store.transact((tx) => {
      const gateway = { owner: '1', region: 'r', tags: {}, createdAt: '' } as const
      tx.internetGateways.insert({ id: 'igw-1', ...gateway })
      tx.internetGateways.insert({ id: 'igw-2', ...gateway, vpcId: 'vpc-1' })
      tx.internetGateways.update('igw-1', { vpcId: 'vpc-1' })
      expect(tx.internetGateways.where('vpcId', 'vpc-1').map((row) => row.id)).toEqual(['igw-1', 'igw-2'])
      tx.internetGateways.delete('igw-2')
      expect(tx.internetGateways.size).toBe(1)
    })
    expect(store.records.internetGateways.where('vpcId', 'vpc-1').map((row) => row.id)).toEqual(['igw-1'])
    expect(store.records.internetGateways.where('vpcId', undefined)).toEqual([])
  })

  test('a read makes no revision', async () => {
    const store = await Store.open(new MemoryJournal())
    expect(store.transact((tx) => [...tx.vpcs.all()]).revision).toBe(0)
  })

  test('overlapping changes equal a Map that had the same done to it', async () => {
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), put: fc.boolean(), value: fc.string() })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 8 }), async (transactions) => {
        const store = await Store.open(new MemoryJournal())
        const model = new Map<string, string>()
        for (const steps of transactions) {
          store.transact((tx) => {
            for (const { id, put, value } of steps) {
              if (!put) tx.clientTokens.delete(id)
              else if (tx.clientTokens.has(id)) tx.clientTokens.update(id, { resourceId: value })
              else tx.clientTokens.insert(token(id, value))
              if (put) model.set(id, value)
              else model.delete(id)
            }
          })
        }
        const rows = [...store.records.clientTokens.all()].map((row) => [row.id, row.resourceId] as const)
        expect(new Map(rows)).toEqual(model)
      }),
    )
  })
})

describe('a disk that fails', () => {
  test('the change is refused and undone, and what was acknowledged stays', async () => {
    const disk = new FullDisk()
    const store = await Store.open(disk)
    await store.transact((tx) => tx.clientTokens.insert(token('kept'))).durable
    disk.full = true
    const first = store.transact((tx) => tx.clientTokens.insert(token('lost')))
    const second = store.transact((tx) => tx.clientTokens.update('lost', { resourceId: 'stands on the first' }))
    await expect(first.durable).rejects.toThrow(StoreUnavailable)
    await expect(second.durable).rejects.toThrow('disk is full')
    expect([...store.records.clientTokens.all()].map((row) => row.id)).toEqual(['kept'])
    disk.full = false
    await store.transact((tx) => tx.clientTokens.insert(token('later'))).durable
    expect(store.durableRevision).toBe(store.revision)
  })
})

describe('SqliteJournal', () => {
  test('a restart gives back the same world, in the same order', async () => {
    const path = join(directory, 'restart.db')
    const store = await Store.open(new SqliteJournal(path))
    const commits = ['a', 'b', 'c'].map((id) => store.transact((tx) => tx.clientTokens.insert(token(id))))
    commits.push(store.transact((tx) => tx.clientTokens.update('a', { resourceId: 'changed' })))
    store.transact((tx) => tx.clientTokens.delete('b'))
    await Promise.all(commits.map((commit) => commit.durable))
    await store.close()
    const again = await Store.open(new SqliteJournal(path))
    expect([...again.records.clientTokens.all()]).toEqual([token('a', 'changed'), token('c')])
    expect(again.revision).toBe(5)
    await again.close()
  })

  test('after any changes, refused ones among them, a restart gives back the records that were acknowledged', async () => {
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), put: fc.boolean(), value: fc.string() })
    const batch = fc.record({ refused: fc.boolean(), steps: fc.array(step, { minLength: 1, maxLength: 5 }) })
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 6 }), async (batches) => {
        const path = join(directory, `random-${runs++}.db`)
        const journal = new SqliteJournal(path)
        const store = await Store.open(journal)
        for (const { refused, steps } of batches) {
          const { durable } = store.transact((tx) => {
            for (const { id, put, value } of steps) {
              tx.clientTokens.delete(id)
              if (put) tx.clientTokens.insert(token(id, value))
            }
            // What cannot be written as JSON fails in the middle of the batch, as a full disk does.
            if (refused) tx.clientTokens.insert({ ...token('z'), toJSON: refuse } as ClientToken)
          })
          await durable.catch((error) => expect(error).toBeInstanceOf(StoreUnavailable))
        }
        const before = [...store.records.clientTokens.all()]
        await store.close()
        const again = await Store.open(new SqliteJournal(path))
        expect(new Set(again.records.clientTokens.all())).toEqual(new Set(before))
        await again.close()
      }),
      { numRuns: 40 },
    )
  })

  test('what is committed during a sync goes down together, with the next one', async () => {
    const syncs: (() => void)[] = []
    const journal = new SqliteJournal(join(directory, 'group.db'), (_file, done) => syncs.push(() => done(null)))
    const store = await Store.open(journal)
    const durable: string[] = []
    for (const id of ['a', 'b', 'c']) {
      const commit = store.transact((tx) => tx.clientTokens.insert(token(id)))
      commit.durable.then(() => durable.push(id))
    }
    expect(syncs).toHaveLength(1)
    syncs[0]?.()
    await Promise.resolve()
    expect([durable, syncs.length]).toEqual([['a'], 2])
    syncs[1]?.()
    await store.transact(() => undefined).durable
    expect([durable, syncs.length]).toEqual([['a', 'b', 'c'], 2])
    await store.close()
  })

  test('after a sync that failed nothing more is taken, and what was acknowledged stays', async () => {
    const path = join(directory, 'sick.db')
    let sick = false
    const sync = (_file: number, done: (error: Error | null) => void) =>
      setImmediate(() => done(sick ? new Error('EIO: i/o error') : null))
    const store = await Store.open(new SqliteJournal(path, sync))
    await store.transact((tx) => tx.clientTokens.insert(token('kept'))).durable
    sick = true
    const lost = ['first', 'second'].map((id) => store.transact((tx) => tx.clientTokens.insert(token(id))))
    for (const { durable } of lost) await expect(durable).rejects.toThrow('EIO: i/o error; start Postern again')
    sick = false
    const later = store.transact((tx) => tx.clientTokens.insert(token('later')))
    await expect(later.durable).rejects.toThrow(StoreUnavailable)
    expect([...store.records.clientTokens.all()].map(({ id }) => id)).toEqual(['kept'])
    await store.close()
    const again = await Store.open(new SqliteJournal(path))
    expect(again.records.clientTokens.has('kept')).toBe(true)
    await again.close()
  })

  test('a database that cannot be opened says which', async () => {
    await expect(Store.open(new SqliteJournal(join(directory, 'no/such/folder/x.db')))).rejects.toThrow()
  })
})
