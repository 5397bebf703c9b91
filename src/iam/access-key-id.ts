// Access key ids, made as AWS makes them: the account's number is inside, so a key tells whose it is without a lookup.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const DIGITS = 16
/** Bits after the account's 40: seven more and four bytes. */
const RANDOM_BITS = 39n

/** `AKIA` for a long-term key, `ASIA` for a temporary one; `random` is at least five bytes. */
export function formatAccessKeyId(prefix: 'AKIA' | 'ASIA', account: string, random: Uint8Array): string {
  const noise = BigInt.asUintN(
    Number(RANDOM_BITS),
    random.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  )
  const bits = (1n << 79n) | (BigInt(account) << RANDOM_BITS) | noise
  const digits = Array.from(
    { length: DIGITS },
    (_, at) => ALPHABET[Number((bits >> BigInt(5 * (DIGITS - 1 - at))) & 31n)],
  )
  return prefix + digits.join('')
}

/** The account in a key id made by `formatAccessKeyId`; undefined when `id` is no key id. */
export function accessKeyAccount(id: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(id)) return undefined
  const bits = [...id.slice(4)].reduce((sum, digit) => (sum << 5n) | BigInt(ALPHABET.indexOf(digit)), 0n)
  const account = ((bits >> RANDOM_BITS) & ((1n << 40n) - 1n)).toString().padStart(12, '0')
  return account.length === 12 ? account : undefined
}
