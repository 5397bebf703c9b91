// The shape of instance metadata: folders of named items, walked by a path. An item that has nothing to say about an
// instance is not there: neither listed nor found.

/** A folder or a text, about one `Subject`. */
export type Item<Subject> =
  | {
      readonly kind: 'text'
      readonly read: (about: Subject) => string | Uint8Array | undefined
      readonly isThere: (about: Subject) => boolean
    }
  | {
      readonly kind: 'folder'
      readonly items: (about: Subject) => ReadonlyMap<string, Item<Subject>>
      /** Marks folders among its names with a slash, as AWS does below the first level. */
      readonly marksFolders: boolean
    }

export type Items<Subject> = Readonly<Record<string, Item<Subject>>>

export function text<Subject>(read: (about: Subject) => string | Uint8Array | undefined): Item<Subject> {
  return { kind: 'text', read, isThere: (about) => read(about) !== undefined }
}

/** A text that costs something to read: a list takes it to be there without reading it. */
export function costlyText<Subject>(read: (about: Subject) => string | undefined): Item<Subject> {
  return { kind: 'text', read, isThere: () => true }
}

/** Items whose names are always the same. */
export function folder<Subject>(items: Items<Subject>): Item<Subject> {
  const fixed = new Map(Object.entries(items))
  return { kind: 'folder', items: () => fixed, marksFolders: true }
}

/** A folder that lists folders without a slash. */
export function plainFolder<Subject>(items: Items<Subject>): Item<Subject> {
  const fixed = new Map(Object.entries(items))
  return { kind: 'folder', items: () => fixed, marksFolders: false }
}

/** Items whose names come from the subject. */
export function folderOf<Subject>(items: (about: Subject) => Items<Subject>): Item<Subject> {
  return { kind: 'folder', items: (about) => new Map(Object.entries(items(about))), marksFolders: true }
}

/** The text at `path`, or the list of a folder; undefined when there is nothing. */
export function readPath<Subject>(
  item: Item<Subject>,
  about: Subject,
  path: readonly string[],
): string | Uint8Array | undefined {
  const [name, ...rest] = path
  if (item.kind === 'text') return name === undefined ? item.read(about) : undefined
  const items = item.items(about)
  if (name === undefined) return list(items, about, item.marksFolders)
  const child = items.get(name)
  return child && readPath(child, about, rest)
}

/** Names in order, one a line; undefined when there is none. */
function list<Subject>(
  items: ReadonlyMap<string, Item<Subject>>,
  about: Subject,
  marksFolders: boolean,
): string | undefined {
  const names = [...items]
    .filter(([, item]) => isThere(item, about))
    .map(([name, item]) => (item.kind === 'folder' && marksFolders ? `${name}/` : name))
  return names.length === 0 ? undefined : names.sort().join('\n')
}

function isThere<Subject>(item: Item<Subject>, about: Subject): boolean {
  if (item.kind === 'text') return item.isThere(about)
  return [...item.items(about).values()].some((child) => isThere(child, about))
}
