import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { gatherAgent } from './agent-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-agent-files-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the files of the agent', () => {
  it('are replaced whole when a daemon starts anew, for an agent may be reading them', async () => {
    await gatherAgent(directory)
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'node')
      .map((entry) => join(entry.parentPath, entry.name))
    expect(files.length).toBeGreaterThan(20)
    // Held open, so that no new file gets the number of an old one.
    const held = files.map((file) => openSync(file, 'r'))
    const before = files.map((file) => statSync(file).ino)
    await gatherAgent(directory)
    held.forEach(closeSync)
    expect(files.filter((file, index) => statSync(file).ino === before[index])).toEqual([])
  })
})
