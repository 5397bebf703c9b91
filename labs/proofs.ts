// The claims of a lab, each with the command that proves it: printed as they are checked, and kept for the test.

export interface Proof {
  readonly claim: string
  readonly passed: boolean
  /** What was seen, a line or a few. */
  readonly evidence: string
}

export class Proofs {
  readonly all: Proof[] = []
  /** What could not be tried on this machine. */
  readonly skipped: { readonly claim: string; readonly why: string }[] = []
  #print: (line: string) => void

  constructor(print: (line: string) => void = console.log) {
    this.#print = print
  }

  heading(text: string): void {
    this.#print(`\n${text}`)
  }

  /** Checks one claim. `observe` gives what was seen and whether it is what was claimed; throwing disproves it. */
  async prove(claim: string, observe: () => Promise<{ passed: boolean; evidence: string }>): Promise<void> {
    const proof = await observe().catch((error: unknown) => ({ passed: false, evidence: String(error) }))
    this.all.push({ claim, ...proof })
    this.#print(`${proof.passed ? '  ok  ' : ' FAIL '} ${claim}`)
    for (const line of proof.evidence.trim().split('\n')) if (line) this.#print(`         ${line}`)
  }

  /** Says loudly that a claim is not proved here. */
  skip(claim: string, why: string): void {
    this.skipped.push({ claim, why })
    this.#print(` SKIP  ${claim}\n         ${why}`)
  }

  get failed(): readonly Proof[] {
    return this.all.filter((proof) => !proof.passed)
  }
}
