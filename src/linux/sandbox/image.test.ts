// Importing root file systems: what is taken, what is refused, and that a refusal leaves nothing.

import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ImageError, importImage } from './image.ts'

let directory: string
let root: string
let images: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-image-'))
  root = join(directory, 'root')
  images = join(directory, 'images')
  for (const name of ['usr/bin', 'etc']) mkdirSync(join(root, name), { recursive: true })
  symlinkSync('usr/bin', join(root, 'bin'))
  writeFileSync(join(root, 'usr/bin/busybox'), 'x')
  chmodSync(join(root, 'usr/bin/busybox'), 0o755)
  // Absolute, as images have it: it must be read inside the image.
  symlinkSync('/bin/busybox', join(root, 'usr/bin/sh'))
  mkdirSync(images)
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const pack = (flags: string, name: string) => {
  execFileSync('tar', [`-c${flags}f`, join(directory, name), '-C', root, '.'])
  return join(directory, name)
}

describe('importImage', () => {
  it.each([
    { name: 'a directory', make: () => root },
    { name: 'a tar archive', make: () => pack('', 'root.tar') },
    { name: 'a gzipped one', make: () => pack('z', 'root.tar.gz') },
    { name: 'an xz one', make: () => pack('J', 'root.tar.xz') },
    { name: 'one whose name says nothing', make: () => pack('z', 'archive') },
  ])('takes $name', async ({ make }) => {
    await importImage(make(), join(images, 'ami-1'))
    expect(readdirSync(join(images, 'ami-1')).sort()).toEqual(['bin', 'etc', 'usr'])
    expect(readdirSync(images)).toEqual(['ami-1'])
  })

  const refusals: readonly { name: string; make: () => string; says: RegExp }[] = [
    { name: 'what is not there', make: () => join(directory, 'none'), says: /is not there/ },
    { name: 'a device', make: () => '/dev/null', says: /neither a directory nor a file/ },
    {
      name: 'a file that is no archive',
      make: () => {
        writeFileSync(join(directory, 'text'), 'not an archive'.repeat(100))
        return join(directory, 'text')
      },
      says: /cannot be unpacked/,
    },
    {
      name: 'a directory without a shell',
      make: () => {
        rmSync(join(root, 'usr/bin/sh'))
        return root
      },
      says: /no \/bin\/sh/,
    },
    {
      name: 'a shell that leads out of the image',
      make: () => {
        rmSync(join(root, 'usr/bin/busybox'))
        return root
      },
      says: /no \/bin\/sh/,
    },
    {
      name: 'a shell that leads round in circles',
      make: () => {
        rmSync(join(root, 'usr/bin/sh'))
        symlinkSync('/usr/bin/sh', join(root, 'usr/bin/sh'))
        return root
      },
      says: /no \/bin\/sh/,
    },
    { name: 'the directory that the images are in', make: () => directory, says: /own images/ },
    { name: 'the whole host', make: () => '/', says: /own images/ },
  ]

  it.each(refusals)('refuses $name and leaves nothing', async ({ make, says }) => {
    const attempt = importImage(make(), join(images, 'ami-1'))
    await expect(attempt).rejects.toThrow(says)
    await expect(attempt).rejects.toBeInstanceOf(ImageError)
    expect(readdirSync(images)).toEqual([])
  })

  it('does not replace an image', async () => {
    await importImage(root, join(images, 'ami-1'))
    await expect(importImage(root, join(images, 'ami-1'))).rejects.toThrow(/is there already/)
    expect(existsSync(join(images, 'ami-1/etc'))).toBe(true)
  })
})
