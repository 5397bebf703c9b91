// The list of labs holds every lab that there is, and each can be run.

import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { LABS } from '../../labs/registry.ts'

const DIRECTORY = fileURLToPath(new URL('../../labs/', import.meta.url))

test('every folder with a lab.ts is in the list, once', () => {
  const folders = readdirSync(DIRECTORY).filter((name) => existsSync(`${DIRECTORY}${name}/lab.ts`))
  expect(LABS.map(({ name }) => name).sort()).toEqual(folders.sort())
})

test.each(LABS.map((lab) => [lab.name, lab] as const))(
  '%s has a title, can be run, and has its Terraform',
  async (name, lab) => {
    expect(lab.title).not.toBe('')
    expect((await lab.load()).run).toBeTypeOf('function')
    expect(existsSync(`${DIRECTORY}${name}/main.tf`)).toBe(true)
  },
)
