// Values of the attributes of load balancers, listeners and target groups, which are all text.

export function isOn(attributes: Readonly<Record<string, string>>, key: string): boolean {
  return attributes[key] === 'true'
}

/** The number that an attribute is; `fallback` when it is `off`, or not there. */
export function numberOf(attributes: Readonly<Record<string, string>>, key: string, fallback: number): number {
  const text = attributes[key]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback
}
