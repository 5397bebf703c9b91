// Finds Terraform or OpenTofu and runs it on a copy of a lab's files, against a lab's world.

import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { mustRun, type Ran, run } from './run.ts'

/** Input variables; a list goes as Terraform writes one. */
export type Variables = Readonly<Record<string, boolean | string | readonly string[]>>

export class Terraform {
  readonly binary: string
  readonly directory: string
  #env: NodeJS.ProcessEnv

  private constructor(binary: string, directory: string, env: NodeJS.ProcessEnv) {
    this.binary = binary
    this.directory = directory
    this.#env = env
  }

  /** Copies `source` to a fresh directory below `parent` and runs `init` there; throws with Terraform's words when it
   * cannot. */
  static async init(binary: string, source: string, env: NodeJS.ProcessEnv, parent = tmpdir()): Promise<Terraform> {
    const directory = await mkdtemp(join(parent, 'postern-terraform-'))
    await cp(source, directory, { recursive: true, filter: (path) => !/\.terraform|tfstate/.test(path) })
    const mirror = await findPluginMirror()
    const terraform = new Terraform(binary, directory, withoutMissingConfig(env))
    try {
      await terraform.must('init', '-input=false', '-no-color', ...(mirror ? [`-plugin-dir=${mirror}`] : []))
    } catch (error) {
      await terraform.dispose()
      throw error
    }
    return terraform
  }

  async apply(variables: Variables = {}): Promise<void> {
    await this.must('apply', '-auto-approve', '-input=false', '-no-color', '-compact-warnings', ...flags(variables))
  }

  async destroy(variables: Variables = {}): Promise<void> {
    await this.must('destroy', '-auto-approve', '-input=false', '-no-color', ...flags(variables))
  }

  /** The changes that a second plan still wants, as Terraform prints them; undefined when there are none. */
  async remainingChanges(variables: Variables = {}): Promise<string | undefined> {
    const ran = await this.run('plan', '-detailed-exitcode', '-input=false', '-no-color', ...flags(variables))
    if (ran.code === 0) return undefined
    return ran.stdout + ran.stderr
  }

  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const { stdout } = await this.must('output', '-json')
    const parsed: Record<string, { value: unknown }> = JSON.parse(stdout)
    return Object.fromEntries(Object.entries(parsed).map(([name, { value }]) => [name, value]))
  }

  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }

  run(...args: string[]): Promise<Ran> {
    return run(this.binary, args, { cwd: this.directory, env: this.#env })
  }

  must(...args: string[]): Promise<Ran> {
    return mustRun(this.binary, args, { cwd: this.directory, env: this.#env })
  }
}

/** `terraform`, else `tofu`, as a path; undefined when neither is on the PATH. */
export function findTerraform(): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return ['terraform', 'tofu']
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => existsSync(path))
}

function flags(variables: Variables): string[] {
  return Object.entries(variables).map(
    ([name, value]) => `-var=${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  )
}

/** Terraform refuses to start when TF_CLI_CONFIG_FILE names a file that is not there. */
function withoutMissingConfig(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { TF_CLI_CONFIG_FILE: config, ...rest } = env
  return config && existsSync(config) ? env : rest
}

const PROVIDER = join('registry.terraform.io', 'hashicorp', 'aws')

/** A directory laid out as a provider mirror that has the AWS provider, so that `init` needs no internet:
 * POSTERN_TF_PLUGINS, or one of the places where people keep one. */
async function findPluginMirror(): Promise<string | undefined> {
  const roots = ['/opt', '/usr/share/terraform', '/usr/local/share/terraform', join(homedir(), '.terraform.d')]
  const below = await Promise.all(
    roots.map(async (root) => (await readdir(root).catch(() => [])).map((name) => join(root, name))),
  )
  const candidates = [process.env.POSTERN_TF_PLUGINS ?? '', ...below.flat()]
  return candidates.find((candidate) => candidate && existsSync(join(candidate, PROVIDER)))
}
