// Maps whose keys callers choose are asked for their own entries alone: every object has a `constructor`.

export function own<V>(map: Readonly<Record<string, V>> | undefined, key: string): V | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined
}
