// Finds Terraform or OpenTofu and runs it on a copy of a lab's files, against a lab's world.

import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { mustRun, type Ran, run } from './run.ts'

/** Most of what a command does is to read the provider's schema, and a quarter of that time to collect its garbage. */
const LESS_GARBAGE = { GOGC: '400' }

/** Input variables; a list goes as Terraform writes one. */
export type Variables = Readonly<Record<string, boolean | string | readonly string[]>>

export class Terraform {
  readonly binary: string
  readonly directory: string
  readonly #env: NodeJS.ProcessEnv

  private constructor(binary: string, directory: string, env: NodeJS.ProcessEnv) {
    this.binary = binary
    this.directory = directory
    this.#env = env
  }

  /** Copies `source` to a fresh directory below `parent` and runs `init` there; throws with Terraform's words when it
   * cannot. */
  static async init(binary: string, source: string, env: NodeJS.ProcessEnv, parent = tmpdir()): Promise<Terraform> {
    const terraform = await Terraform.#copy(binary, source, env, parent)
    await terraform.#begin(await findPluginMirror())
    return terraform
  }

  /** As `init`, of a configuration without modules. Where the provider is unpacked in a mirror it is used where it is: no
   * command then takes the sum of its 700 MB. */
  static async attach(binary: string, source: string, env: NodeJS.ProcessEnv): Promise<Terraform> {
    const terraform = await Terraform.#copy(binary, source, env, tmpdir())
    const mirror = await findPluginMirror()
    const provider = mirror && (await findUnpackedProvider(mirror))
    if (!provider) await terraform.#begin(mirror)
    else {
      const config = join(terraform.directory, 'terraform.rc')
      const overrides = `dev_overrides {\n    "hashicorp/aws" = ${JSON.stringify(provider)}\n  }`
      await writeFile(config, `provider_installation {\n  ${overrides}\n  direct {}\n}\n`)
      terraform.#env.TF_CLI_CONFIG_FILE = config
    }
    return terraform
  }

  static async #copy(binary: string, source: string, env: NodeJS.ProcessEnv, parent: string): Promise<Terraform> {
    const directory = await mkdtemp(join(parent, 'postern-terraform-'))
    await cp(source, directory, { recursive: true, filter: (path) => !/\.terraform|tfstate/.test(path) })
    return new Terraform(binary, directory, { ...LESS_GARBAGE, ...withoutMissingConfig(env) })
  }

  async #begin(mirror: string | undefined): Promise<void> {
    try {
      await this.must('init', '-input=false', '-no-color', ...(mirror ? [`-plugin-dir=${mirror}`] : []))
    } catch (error) {
      await this.dispose()
      throw error
    }
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

/** The directory in a mirror where the AWS provider itself is; undefined where it is still packed. */
async function findUnpackedProvider(mirror: string): Promise<string | undefined> {
  const entries = await readdir(join(mirror, PROVIDER), { recursive: true, withFileTypes: true })
  return entries.find((entry) => entry.isFile() && entry.name.startsWith('terraform-provider-aws'))?.parentPath
}
