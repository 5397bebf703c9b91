// A row of an operation table: the AWS action's name and the control function that does it.

import type { ReadOperation, WriteOperation } from '../../control/caller.ts'

/** Each function keeps its own input type; the wire tables guarantee that it gets an input of that action. */
export type ReadRows = Readonly<Record<string, ReadOperation<never, unknown>>>
export type WriteRows = Readonly<Record<string, WriteOperation<never, unknown>>>
