// The parameters that are refused when they are sent, heard of while calls are made: docs/operations.md lists them so,
// and no list beside the code can be wrong. Only src/control/ec2/request/effects.ts listens.

type Listener = (parameter: string) => void

let listener: Listener | undefined

/** Calls `heard` with each such parameter of what `work` calls, sent or not. */
export function hearRefusable<T>(heard: Listener, work: () => T): T {
  const before = listener
  listener = heard
  try {
    return work()
  } finally {
    listener = before
  }
}

/** This call would be refused if the parameter were in it. */
export function refusable(parameter: string): void {
  listener?.(parameter)
}
