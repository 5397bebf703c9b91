// The order of everything in a Network, so that equal records give byte-equal JSON.

/** By id, in code units. */
export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
