// Few patterns for many resources: a folder of which several objects were asked for is allowed as a folder. Names at the
// top, as of buckets and queues, are never put together: the next bucket is somebody else's.

import { parseArn } from '../iam/arn.ts'

/** How many names in one folder are listed before the folder stands for them. */
export interface Generality {
  readonly objects: number
  /** Of other services, whose folders are kinds of resource, as `table/` is. */
  readonly others: number
}

interface Folder {
  readonly folders: Map<string, Folder>
  readonly names: Set<string>
}

/** Each resource with the pattern that stands for it. */
export function resourcePatterns(resources: Iterable<string>, generality: Generality): ReadonlyMap<string, string> {
  const heads = new Map<string, Folder>()
  const all = [...new Set(resources)].sort()
  for (const resource of all) add(headFolder(heads, resource), partsOf(resource))
  return new Map(all.map((resource) => [resource, patternOf(heads, resource, generality)]))
}

/** `arn:aws:s3:::` and what comes behind it, cut into folders: `data/`, `2026/`, `report.txt`. */
function partsOf(resource: string): readonly string[] {
  const path = parseArn(resource)?.resource ?? resource
  return path.match(/[^/:]*[/:]|[^/:]+$/g) ?? ['']
}

function headOf(resource: string): string {
  const path = parseArn(resource)?.resource
  return path === undefined ? '' : resource.slice(0, resource.length - path.length)
}

function headFolder(heads: Map<string, Folder>, resource: string): Folder {
  const head = headOf(resource)
  const known = heads.get(head) ?? { folders: new Map(), names: new Set() }
  heads.set(head, known)
  return known
}

function add(folder: Folder, [first = '', ...rest]: readonly string[]): void {
  if (rest.length === 0 && !isFolder(first)) {
    folder.names.add(first)
    return
  }
  const inner = folder.folders.get(first) ?? { folders: new Map(), names: new Set() }
  folder.folders.set(first, inner)
  // The key of a folder itself, `2026/`, is an empty name in it.
  add(inner, rest.length === 0 ? [''] : rest)
}

function isFolder(part: string): boolean {
  return part.endsWith('/') || part.endsWith(':')
}

/** Goes down to the resource, and stops at the first folder that has too much in it. */
function patternOf(heads: ReadonlyMap<string, Folder>, resource: string, generality: Generality): string {
  const isObject = parseArn(resource)?.service === 's3'
  const most = isObject ? generality.objects : generality.others
  const written = isObject ? escaped : (text: string) => text
  const isFull = (folder: Folder | undefined) => folder && Math.max(folder.names.size, folder.folders.size) > most
  const head = headOf(resource)
  let folder = heads.get(head)
  let pattern = head
  for (const part of partsOf(resource)) {
    if (pattern !== head && isFull(folder)) return `${pattern}*`
    pattern += written(part)
    folder = folder?.folders.get(part)
  }
  // The resource is the folder's own name, and the folder may be too full for it.
  return isFull(folder) ? `${pattern}*` : pattern
}

/** A key may hold what a pattern would read as a wildcard or a variable. */
function escaped(text: string): string {
  return text.replaceAll(/\$(?=\{)|[*?]/g, (found) => `\${${found}}`)
}
