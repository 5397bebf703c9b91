// Ids as API Gateway makes them: lower-case letters and digits, without a prefix.

import { randomInt } from 'node:crypto'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** An id of `length` characters that is not taken. */
export function newId(length: number, isTaken: (id: string) => boolean): string {
  for (;;) {
    const id = Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')
    // A first letter keeps it from being read as a number by what shows it in a table.
    if (/^[a-z]/.test(id) && !isTaken(id)) return id
  }
}
