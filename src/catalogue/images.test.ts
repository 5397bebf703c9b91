import { describe, expect, test } from 'vitest'
import { findHostImage, hostImages } from './images.ts'
import { REGIONS } from './regions.ts'

describe('host images', () => {
  const names = (architecture: 'x86_64' | 'arm64') => hostImages('us-east-1', architecture).map((image) => image.name)

  test.each([
    ['Amazon Linux 2', /^amzn2-ami-hvm-.*-x86_64-gp2$/],
    ['Amazon Linux 2023', /^al2023-ami-2023.*-x86_64$/],
    ['Ubuntu 22.04', /^ubuntu\/images\/hvm-ssd\/ubuntu-jammy-22\.04-amd64-server-.*$/],
    ['Ubuntu 24.04', /^ubuntu\/images\/hvm-ssd.*\/ubuntu-noble-24\.04-amd64-server-.*$/],
    ['Debian 12', /^debian-12-amd64-.*$/],
  ])('%s is found by the pattern that people use', (_, pattern) => {
    expect(names('x86_64').filter((name) => pattern.test(name))).toHaveLength(1)
  })

  test('an arm64 host offers arm64 names only', () => {
    expect(names('arm64').length).toBeGreaterThan(0)
    expect(names('arm64').filter((name) => /amd64|x86_64/.test(name))).toEqual([])
  })

  test('ids look like AWS ids, differ everywhere and stay', () => {
    const all = REGIONS.flatMap((region) => [...hostImages(region, 'x86_64'), ...hostImages(region, 'arm64')])
    expect(new Set(all.map((image) => image.id)).size).toBe(all.length)
    expect(all.every((image) => /^ami-0[0-9a-f]{16}$/.test(image.id))).toBe(true)
    // Written down in users' state files: it may never change.
    expect(
      hostImages('us-east-1', 'x86_64').find((image) => image.name.startsWith('debian-12'))?.id,
    ).toMatchInlineSnapshot(`"ami-062c9e843776b7315"`)
  })

  test('an image of another region is not there', () => {
    const [image] = hostImages('eu-west-1', 'x86_64')
    expect(findHostImage('eu-west-1', 'x86_64', image!.id)).toBe(image)
    expect(findHostImage('us-east-1', 'x86_64', image!.id)).toBeUndefined()
  })
})
