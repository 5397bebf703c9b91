// Which of several zonal addresses a name is answered with: health checks withdraw an address whose zone fails, but never the
// last one. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html

export interface Withdrawable {
  readonly withdrawn?: true
}

/** Those that are not withdrawn; when all are, all of them, since an answer may still lead somewhere and none cannot. */
export function inService<T extends Withdrawable>(all: readonly T[]): readonly T[] {
  const left = all.filter(({ withdrawn }) => !withdrawn)
  return left.length > 0 ? left : all
}
