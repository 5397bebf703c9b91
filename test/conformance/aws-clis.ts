// The AWS CLIs of this machine. Versions 1 and 2 are two programs, which send some services by other protocols, page by
// themselves and sign S3's URLs in other ways, so what is tried with one is tried with the other too. Neither is part of
// the set-up: `awsClis` says loudly which is absent.

import { join } from 'node:path'
import { mustRun, type Ran, run } from '../../labs/run.ts'

type Options = NonNullable<Parameters<typeof run>[2]>

export class AwsCli {
  readonly major: 1 | 2
  /** An account that is only this version's, so that what both make in one world does not meet. */
  readonly account: string
  readonly #path: string
  /** From before July 2023: 1.29 and 2.13 are the first that know AWS_ENDPOINT_URL, and what EC2 has had since. */
  readonly isOld: boolean

  constructor(path: string, major: number, minor: number) {
    this.#path = path
    this.major = major === 1 ? 1 : 2
    this.account = this.major === 1 ? '123456789012' : '222222222222'
    this.isOld = minor < (this.major === 1 ? 29 : 13)
  }

  /** What a test with it is called by. */
  get name(): string {
    return `version ${this.major}`
  }

  /** Runs a command that must succeed. */
  mustRun(words: readonly string[], options: Options = {}): Promise<Ran> {
    return mustRun(this.#path, this.argv(words, options.env), withoutPager(options))
  }

  /** The path of the program. */
  get path(): string {
    return this.#path
  }

  /** The words of a command that goes to the endpoint which the environment names. */
  argv(words: readonly string[], env: NodeJS.ProcessEnv = process.env): string[] {
    const endpoint = env.AWS_ENDPOINT_URL
    if (!this.isOld || !endpoint || words.includes('--endpoint-url')) return [...words]
    return [...words, '--endpoint-url', endpoint]
  }
}

/** Version 2 shows what it prints by a pager, where it finds a terminal. */
function withoutPager(options: Options): Options {
  return { ...options, env: { ...(options.env ?? process.env), AWS_PAGER: '' } }
}

/** The first `aws` of each version: on the PATH, in /usr/bin, or where POSTERN_AWS_CLI_V2 says. */
const found = await findClis()

async function findClis(): Promise<ReadonlyMap<number, AwsCli>> {
  const named = process.env.POSTERN_AWS_CLI_V2
  const directories = [...(process.env.PATH ?? '').split(':').filter(Boolean), '/usr/bin']
  const paths = [...(named ? [named] : []), ...new Set(directories.map((directory) => join(directory, 'aws')))]
  const asked = await Promise.all(paths.map(async (path) => ({ path, ...(await run(path, ['--version'])) })))
  const clis = new Map<number, AwsCli>()
  for (const { path, code, stdout, stderr } of asked) {
    // The oldest of version 1 say it on their standard error.
    const version = /aws-cli\/([12])\.(\d+)\./.exec(stdout + stderr)
    const major = Number(version?.[1])
    if (code === 0 && version && !clis.has(major)) clis.set(major, new AwsCli(path, major, Number(version[2])))
  }
  return clis
}

/** Those that are installed; complains about each other one that `what` is not tried with it. */
export function awsClis(what: string): readonly AwsCli[] {
  for (const major of [1, 2]) {
    const where = major === 2 ? ' (nor does POSTERN_AWS_CLI_V2 name one)' : ''
    if (!found.has(major))
      console.warn(`SKIPPED: version ${major} of the AWS CLI is not installed${where}, so ${what} is not tried with it`)
  }
  return [...found.values()].sort((one, other) => one.major - other.major)
}
