// What a measurement leaves in the kernel, on disk and among the processes, taken away again however it ends: by its
// end, by an error, or by an interrupt.

type Undo = () => Promise<unknown>

const pending: Undo[] = []

/** Runs `work` with a place to leave what must be undone; it is, newest first, whatever becomes of the work. */
export async function withUndo<T>(work: (atEnd: (undo: Undo) => void) => Promise<T>): Promise<T> {
  const first = pending.length
  try {
    return await work((undo) => pending.push(undo))
  } finally {
    await undoDownTo(first)
  }
}

/** On the first interrupt everything is undone; a second one ends at once. */
export function undoOnInterrupt(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error(`\nbench: ${signal}; taking away what was made`)
      void undoDownTo(0).finally(() => process.exit(130))
    })
  }
}

async function undoDownTo(length: number): Promise<void> {
  for (let undo = take(length); undo; undo = take(length)) {
    await undo().catch((error: unknown) => console.error(`bench: something stays behind: ${String(error)}`))
  }
}

function take(length: number): Undo | undefined {
  return pending.length > length ? pending.pop() : undefined
}
