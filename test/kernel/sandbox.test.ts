// What runs inside an instance: the walls of its sandbox, its life, and what a command sees. Needs root.
// Address plan: VPC 10.0.0.0/16, instance 10.0.1.5, which has a namespace and no link: nothing here sends a packet.

import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { InstanceNetwork, VpcNetwork } from '../../src/compile/network.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { Sandboxes } from '../../src/linux/sandbox/sandbox.ts'
import type { ExecOptions } from '../../src/linux/sandbox/sandbox-command.ts'
import { startSandbox } from '../../src/linux/sandbox/sandbox-start.ts'
import type { InstanceId } from '../../src/store/records.ts'

const isRoot = process.getuid?.() === 0
const groupRoots = ['', '/pids', '/memory'].map((below) => `/sys/fs/cgroup${below}`)
const canLimit = isRoot && groupRoots.some((root) => canWrite(join(root, 'cgroup.procs')))
if (isRoot && !canLimit)
  console.warn('SKIPPED limits of test/kernel/sandbox.test.ts: no control group can be made here')
if (!isRoot) console.warn('SKIPPED test/kernel/sandbox.test.ts: sandboxes need root')

const address = (literal: string) => parseAddress(literal)!

const vpc: VpcNetwork = {
  id: 'vpc-1',
  owner: '123456789012',
  region: 'eu-west-1',
  cidrs: [cidr('10.0.0.0/16')],
  resolver: { enabled: true, hostnames: true, addresses: [address('10.0.0.2')], domain: 'eu-west-1.compute.internal' },
  subnets: [],
  interfaces: [],
  instances: [],
  routeTables: [],
  securityGroups: [],
  networkAcls: [],
  privateZones: [],
  loadBalancers: [],
  targetGroups: [],
  connections: [],
  failedZoneIds: [],
  endpoints: [],
}

const suffix = randomBytes(4).toString('hex')
const namespace = `sandbox-test-${suffix}`
const directory = mkdtempSync(join(tmpdir(), 'postern-sandbox-'))
const caBundle = join(directory, 'bundle.pem')
const logged: string[] = []
/** On the host's root file system, where instances would see it. */
const outside = mkdtempSync('/var/tmp/postern-sandbox-')
const open = () =>
  new Sandboxes({
    stateDirectory: directory,
    world: suffix,
    caBundle: () => caBundle,
    log: (line) => logged.push(line),
    hidden: [join(outside, 'hidden')],
  })

const instance: InstanceNetwork = {
  id: `i-0${suffix}`,
  owner: '123456789012',
  hostname: 'ip-10-0-1-5.eu-west-1.compute.internal',
  boot: 1,
  rootPath: '/',
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The instance's groups that are still there. */
function controlGroups(): string[] {
  return groupRoots.map((root) => join(root, `postern-${suffix}`, instance.id)).filter((group) => existsSync(group))
}

let sandboxes = open()

async function run(argv: readonly string[], options: ExecOptions & { input?: string; id?: InstanceId } = {}) {
  const command = await sandboxes.exec(options.id ?? instance.id, argv, options)
  // A command may end without reading its input.
  command.stdin.on('error', () => undefined)
  command.stdin.end(options.input ?? '')
  const [stdout, stderr, exit] = await Promise.all([text(command.stdout), text(command.stderr), command.exited])
  return { stdout, stderr, ...exit }
}

const sh = (script: string, options: ExecOptions & { input?: string } = {}) => run(['sh', '-c', script], options)

describe.skipIf(!isRoot)('sandbox', () => {
  beforeAll(() => {
    execFileSync('ip', ['netns', 'add', namespace])
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
    writeFileSync(caBundle, readFileSync('/etc/ssl/certs/ca-certificates.crt'))
  })

  afterEach(() => sandboxes.forget(instance.id))

  afterAll(async () => {
    await sandboxes.destroy()
    execFileSync('ip', ['netns', 'del', namespace])
    rmSync(directory, { recursive: true, force: true })
    rmSync(outside, { recursive: true, force: true })
  })

  describe('walls', () => {
    const corePattern = isRoot ? readFileSync('/proc/sys/kernel/core_pattern', 'utf8') : ''
    // Each command must fail, and say why in these words.
    const refused: readonly { readonly name: string; readonly script: string; readonly says: RegExp }[] = [
      { name: 'adding an address', script: 'ip addr add 10.9.9.9/32 dev lo', says: /not permitted/ },
      { name: 'adding a route', script: 'ip route add 10.9.9.0/24 dev lo', says: /not permitted/ },
      { name: 'reading or changing nft rules', script: 'nft add table ip mine', says: /not permitted/ },
      { name: 'mounting', script: 'mount -t tmpfs x /mnt', says: /permission denied|must be superuser/ },
      { name: 'unmounting', script: 'umount /run', says: /must be superuser|not permitted|permission denied/ },
      // The value is the one that is there already: should the wall be gone, this test alters nothing.
      {
        name: "writing the host's sysctls",
        script: 'cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern',
        says: /Read-only/,
      },
      { name: 'entering the host by process 1', script: 'nsenter -t 1 --user true', says: /Invalid|not permitted/ },
      {
        name: "making a device of the host's",
        script: 'mknod /tmp/d b 254 0 && cat /tmp/d',
        says: /not permitted|denied/,
      },
      { name: 'setting the clock', script: 'date -s 2001-01-01', says: /not permitted/ },
      { name: 'writing what Postern shows it', script: 'echo x > /run/postern/hosts', says: /Read-only/ },
      { name: 'moving what Postern shows it', script: 'mv /run/postern /run/other', says: /busy/ },
    ]

    it.each(refused)('refuses $name', async ({ script, says }) => {
      await sandboxes.boot(instance, namespace, vpc)
      const { code, stderr } = await sh(script)
      expect(stderr).toMatch(says)
      expect(code).not.toBe(0)
      expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(corePattern)
    })

    it('shows no process but its own', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const { stdout } = await sh('for p in /proc/[0-9]*; do cat $p/comm; done')
      expect(stdout.split('\n').filter(Boolean).length).toBeLessThan(6)
    })

    it("keeps writes in the instance's own layer", async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const name = `/etc/postern-test-${suffix}`
      expect(await sh(`echo inside > ${name} && cat ${name}`)).toMatchObject({ code: 0, stdout: 'inside\n' })
      expect(existsSync(name)).toBe(false)
    })

    it('hides the state directory, credentials and what runs on the host', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const paths = [directory, '/root/.aws', '/root/.ssh', '/etc/shadow', '/run/dbus', '/run/netns', '/sys/fs/cgroup']
      const { stdout } = await sh(`for p in ${paths.join(' ')}; do [ -e $p ] && echo $p; done; ls -A /tmp`)
      expect(stdout).toBe('')
    })

    it('hides what comes to be there later', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('true')
      mkdirSync(join(outside, 'hidden'))
      writeFileSync(join(outside, 'hidden/secret'), 'secret')
      await sandboxes.halt(instance.id)
      await sandboxes.boot({ ...instance, boot: 2 }, namespace, vpc)
      expect(await sh(`ls -A ${outside}; mkdir ${outside}/hidden && ls -A ${outside}/hidden`)).toEqual({
        ...{ code: 0, signal: null },
        ...{ stdout: '', stderr: '' },
      })
    })

    it('has the capabilities of a root without rights over the host, and no way to get more', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const { stdout } = await sh('grep -E "CapEff|CapBnd|NoNewPrivs" /proc/self/status')
      // chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, sys_chroot, setfcap
      expect(stdout.replaceAll('\t', '')).toBe('CapEff:00000000800401fb\nCapBnd:00000000800401fb\nNoNewPrivs:1\n')
    })
  })

  describe('what a command sees', () => {
    it("the instance's name, resolver and CAs", async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const { stdout } = await sh('hostname; cat /etc/hostname /etc/resolv.conf; head -1 /etc/hosts; pwd; umask')
      expect(stdout.split('\n')).toEqual([
        ...['ip-10-0-1-5', 'ip-10-0-1-5', 'search eu-west-1.compute.internal', 'nameserver 10.0.0.2'],
        ...['options timeout:2 attempts:5', '127.0.0.1 localhost', '/root', '0022', ''],
      ])
      writeFileSync(caBundle, 'new bundle\n')
      expect((await sh('cat $SSL_CERT_FILE')).stdout).toBe('new bundle\n')
      writeFileSync(caBundle, readFileSync('/etc/ssl/certs/ca-certificates.crt'))
    })

    it("the servers of the VPC's DHCP options, also of those that it gets while the instance runs", async () => {
      await sandboxes.boot(instance, namespace, vpc)
      expect((await sh('cat /etc/resolv.conf')).stdout).toContain('nameserver 10.0.0.2\n')
      const dhcp = { by: 'dopt-1', search: 'corp.example', nameServers: [address('10.0.1.9'), address('10.0.0.2')] }
      await sandboxes.boot(instance, namespace, { ...vpc, dhcp })
      const until = 'until grep -q 10.0.1.9 /etc/resolv.conf; do sleep 0.05; done; cat /etc/resolv.conf'
      expect((await sh(`timeout 10 sh -c '${until}'`)).stdout.split('\n')).toEqual([
        ...['search corp.example', 'nameserver 10.0.1.9', 'nameserver 10.0.0.2', 'options timeout:2 attempts:5', ''],
      ])
    })

    it("a clean environment with the instance's region", async () => {
      process.env.AWS_SECRET_ACCESS_KEY = 'a secret of the host'
      process.env.HTTPS_PROXY = 'http://proxy.example:3128'
      await sandboxes.boot(instance, namespace, vpc)
      const { stdout } = await sh('env', { env: { EXTRA: 'yes', LD_PRELOAD: '/nowhere.so' } })
      delete process.env.AWS_SECRET_ACCESS_KEY
      delete process.env.HTTPS_PROXY
      const names = stdout.split('\n').map((line) => line.split('=')[0])
      expect(names).toContain('EXTRA')
      expect(stdout).toContain('AWS_REGION=eu-west-1\n')
      expect(stdout).not.toMatch(/secret|proxy|LD_PRELOAD/i)
    })

    it('its working directory and a terminal when it asks for them', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      expect((await sh('pwd', { cwd: '/usr' })).stdout).toBe('/usr\n')
      expect(await sh('pwd', { cwd: '/nowhere' })).toMatchObject({ code: 125 })
      const terminal = await sh("test -t 1 && stty size; echo it\\'s; exit 4", { tty: { columns: 90, rows: 20 } })
      expect(terminal).toMatchObject({ code: 4, stdout: "20 90\r\nit's\r\n" })
    })
  })

  describe('like any machine', () => {
    it('may answer on port 80, ping, and act as other users', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      expect(await sh('timeout 5 python3 -c "import socket; socket.socket().bind((\'127.0.0.1\', 80))"')).toMatchObject(
        { code: 0 },
      )
      expect(
        (await sh('touch /srv/f && chown nobody /srv/f && stat -c %U /srv/f && su nobody -s /bin/sh -c whoami')).stdout,
      ).toBe('nobody\nnobody\n')
      const ping = await sh('command -v ping > /dev/null || exit 0; ping -c 1 -W 2 127.0.0.1')
      expect(ping).toMatchObject({ code: 0 })
    })

    it('trusts the CA bundle in curl, Python and Node without being told', async () => {
      const key = ['-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', '/srv/key']
      const names = ['-subj', '/CN=service.test', '-addext', 'subjectAltName=DNS:service.test', '-out', '/srv/cert']
      await sandboxes.boot(instance, namespace, vpc)
      expect(await run(['openssl', 'req', '-x509', ...key, ...names])).toMatchObject({ code: 0 })
      const { stdout: certificate } = await sh('cat /srv/cert')
      writeFileSync(caBundle, readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8') + certificate)
      await sh('echo 127.0.0.1 service.test >> /etc/hosts')
      const server = `require('https').createServer({ key: fs.readFileSync('/srv/key'), cert: fs.readFileSync('/srv/cert') },
        (q, s) => s.end('trusted')).listen(443, '127.0.0.1', () => console.log('up'))`
      const served = await sandboxes.exec(instance.id, ['node', '-e', server])
      for await (const chunk of served.stdout.iterator({ destroyOnReturn: false }))
        if (String(chunk).includes('up')) break
      const clients = [
        ['curl', '--silent', '--show-error', 'https://service.test/'],
        [
          'python3',
          '-c',
          "import urllib.request as u; print(u.urlopen('https://service.test/').read().decode(), end='')",
        ],
        ['node', '-e', "fetch('https://service.test/').then(async (r) => process.stdout.write(await r.text()))"],
      ]
      for (const client of clients) expect(await run(client)).toMatchObject({ code: 0, stdout: 'trusted' })
      served.signal('SIGKILL')
      writeFileSync(caBundle, readFileSync('/etc/ssl/certs/ca-certificates.crt'))
    })
  })

  describe('exec', () => {
    it.each([
      { name: 'success', script: 'exit 0', ends: { code: 0, signal: null } },
      { name: 'a failure', script: 'exit 7', ends: { code: 7, signal: null } },
      { name: 'a signal', script: 'kill -KILL $$', ends: { code: null, signal: 'SIGKILL' } },
      { name: 'a command that is not there', script: 'no-such-command', ends: { code: 127, signal: null } },
    ])('reports $name', async ({ script, ends }) => {
      await sandboxes.boot(instance, namespace, vpc)
      expect(await sh(script)).toMatchObject(ends)
    })

    it('passes 10 MB of bytes through unchanged, and the end of stdin', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const bytes = randomBytes(10 * 1024 * 1024)
      const command = await sandboxes.exec(instance.id, ['cat'])
      command.stdin.end(bytes)
      const [out, exit] = await Promise.all([buffer(command.stdout), command.exited])
      expect(exit.code).toBe(0)
      expect(createHash('sha256').update(out).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'))
    })

    it('sends a signal to the command', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const command = await sandboxes.exec(instance.id, [
        'sh',
        '-c',
        'trap "exit 9" INT; echo up; while :; do sleep 1; done',
      ])
      for await (const chunk of command.stdout) if (String(chunk).includes('up')) break
      command.signal('SIGINT')
      expect(await command.exited).toEqual({ code: 9, signal: null })
    })

    it('gives a terminal another size', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const script = 'echo up; while [ "$(stty size)" != "30 100" ]; do sleep 0.05; done; echo resized'
      const command = await sandboxes.exec(instance.id, ['sh', '-c', script], { tty: { columns: 80, rows: 24 } })
      for await (const chunk of command.stdout.iterator({ destroyOnReturn: false })) {
        if (String(chunk).includes('up')) command.resize({ columns: 100, rows: 30 })
        if (String(chunk).includes('resized')) break
      }
      expect(await command.exited).toEqual({ code: 0, signal: null })
    })

    it.each([
      { name: 'an instance that was never booted', id: 'i-0123', code: 'InvalidInstanceID.NotFound' },
      { name: 'what is no instance id', id: '../../etc', code: 'InvalidInstanceID.NotFound' },
    ])('refuses $name', async ({ id, code }) => {
      await expect(sandboxes.exec(id, ['true'])).rejects.toMatchObject({ code })
    })
  })

  describe('life', () => {
    it('stop ends the processes and keeps the files; start finds them; terminate removes them', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('echo kept > /root/file; nohup sleep 600 > /dev/null 2>&1 &')
      expect(sandboxProcesses()).not.toBe('')
      await sandboxes.halt(instance.id)
      expect(sandboxProcesses()).toBe('')
      await expect(sandboxes.exec(instance.id, ['true'])).rejects.toMatchObject({ code: 'IncorrectInstanceState' })
      await sandboxes.boot({ ...instance, boot: 2 }, namespace, vpc)
      expect((await sh('cat /root/file; ls /proc | grep -c "^[0-9]"')).stdout).toMatch(/^kept\n[1-5]\n$/)
      await sandboxes.forget(instance.id)
      expect(sandboxProcesses()).toBe('')
      expect(readdirSync(join(directory, 'layers'))).toEqual([])
      await expect(sandboxes.exec(instance.id, ['true'])).rejects.toMatchObject({ code: 'InvalidInstanceID.NotFound' })
    })

    it('a process that will not end is ended', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('(trap "" TERM HUP; while :; do sleep 1; done) > /dev/null 2>&1 &')
      await sandboxes.halt(instance.id)
      expect(sandboxProcesses()).toBe('')
    })

    it('a reboot ends the processes once; the same boot again does nothing', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('sleep 600 > /dev/null 2>&1 &')
      await sandboxes.boot(instance, namespace, vpc)
      expect((await sh('pgrep -c sleep')).stdout.trim()).not.toBe('0')
      await sandboxes.boot({ ...instance, boot: 2 }, namespace, vpc)
      expect(sandboxProcesses()).toBe('')
    })

    it('another daemon finds the processes of the one before', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('echo $$ > /tmp/first; sleep 600 > /dev/null 2>&1 &')
      sandboxes = open()
      await sandboxes.boot(instance, namespace, vpc)
      // /tmp is the sandbox's own: it is there only when it is the same sandbox.
      expect(await sh('cat /tmp/first')).toMatchObject({ code: 0 })
      sandboxes = open()
      await sandboxes.halt(instance.id)
      expect(sandboxProcesses()).toBe('')
    })

    it('a sandbox whose process 1 died is started again', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('echo kept > /root/file')
      for (const pid of sandboxProcesses().split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
      await expect.poll(sandboxProcesses).toBe('')
      expect((await sh('cat /root/file')).stdout).toBe('kept\n')
    })

    it('commands that come at once share one sandbox', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const ran = await Promise.all(Array.from({ length: 8 }, () => sh('readlink /proc/self/ns/pid')))
      expect(new Set(ran.map(({ stdout }) => stdout)).size).toBe(1)
    })
  })

  describe('limits', () => {
    const limited = async (script: string) => {
      const before = sandboxes
      const limits = { processes: 60, memory: 96 * 1024 * 1024 }
      sandboxes = new Sandboxes({
        stateDirectory: directory,
        world: suffix,
        caBundle: () => caBundle,
        limits,
        log: (line) => logged.push(line),
      })
      try {
        await sandboxes.boot(instance, namespace, vpc)
        const ran = await sh(script)
        const after = await sh('echo fine')
        await sandboxes.forget(instance.id)
        return { ...ran, after: after.stdout, left: controlGroups() }
      } finally {
        sandboxes = before
      }
    }

    it.skipIf(!canLimit)('a fork bomb ends at the limit, and the instance goes with it', async () => {
      const { left, stderr } = await limited('for i in $(seq 500); do sleep 600 > /dev/null 2>&1 & done')
      expect(stderr).toMatch(/fork/i)
      expect(left).toEqual([])
    })

    it.skipIf(!canLimit)('what takes too much memory is ended, and the others go on', async () => {
      const { code, signal, after, left } = await limited('head -c 400000000 /dev/zero | tail > /dev/null')
      expect([code, signal, after, left]).toEqual([137, null, 'fine\n', []])
    })
  })

  describe('power', () => {
    const wishes: string[] = []
    const watched = () =>
      new Sandboxes({
        stateDirectory: directory,
        world: suffix,
        caBundle: () => caBundle,
        onPower: (id, wish) => wishes.push(`${id} ${wish}`),
        log: (line) => logged.push(line),
      })
    const before = sandboxes
    beforeEach(() => {
      wishes.length = 0
      sandboxes = watched()
    })
    afterEach(() => {
      sandboxes = before
    })

    it.each([
      ['poweroff', 'poweroff'],
      ['reboot', 'reboot'],
      ['shutdown -h now', 'poweroff'],
      ['shutdown -r +0', 'reboot'],
    ])('%s is told as %s', async (command, wish) => {
      await sandboxes.boot(instance, namespace, vpc)
      expect(await sh(command)).toMatchObject({ code: 0, stderr: '' })
      await expect.poll(() => wishes).toEqual([`${instance.id} ${wish}`])
      await sandboxes.forget(instance.id)
    })

    it('a word that came while no daemon ran is told to the next', async () => {
      sandboxes = before
      await sandboxes.boot(instance, namespace, vpc)
      expect(await sh('poweroff')).toMatchObject({ code: 0 })
      sandboxes = watched()
      await sandboxes.boot(instance, namespace, vpc)
      await expect.poll(() => wishes).toEqual([`${instance.id} poweroff`])
      await sandboxes.forget(instance.id)
    })

    it('only root may, and only what is understood', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      const { stderr } = await sh('setpriv --reuid=65534 --regid=65534 --clear-groups /sbin/poweroff; shutdown 23:00')
      expect(stderr).toBe(
        'poweroff: only root may\nshutdown: not understood here: 23:00 (use -h, -P, -r or -c, and now or +minutes)\n',
      )
      await sandboxes.forget(instance.id)
      expect(wishes).toEqual([])
    })
  })

  describe('other files', () => {
    it('an imported root file system needs a shell and small tools only', async () => {
      const root = join(directory, 'small-root')
      const programs = ['sh', 'cat', 'chmod', 'cp', 'ln', 'mkdir', 'rm', 'sleep'].map((name) => `/bin/${name}`)
      const linked = programs.flatMap((file) => [
        ...execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm),
      ])
      for (const file of [...programs, ...new Set(linked.map((match) => match[1]!))]) {
        mkdirSync(dirname(join(root, file)), { recursive: true })
        copyFileSync(file, join(root, file))
      }
      await sandboxes.boot({ ...instance, rootPath: root }, namespace, vpc)
      expect(await sh('cat /etc/hostname; echo new > /file')).toMatchObject({ code: 0, stdout: 'ip-10-0-1-5\n' })
      expect(await sh('python3')).toMatchObject({ code: 127 })
      expect(existsSync(join(root, 'file'))).toBe(false)
    })

    it('files are kept in memory, and that is said once, where the disk cannot hold layers', async () => {
      // An overlay cannot hold the upper layer of another one: what a daemon in a container has under it.
      const base = join(directory, 'container')
      for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(base, name), { recursive: true })
      const options = `lowerdir=${base}/lower,upperdir=${base}/upper,workdir=${base}/work`
      execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, `${base}/merged`])
      const said: string[] = []
      const stateDirectory = `${base}/merged`
      const contained = new Sandboxes({
        stateDirectory,
        world: suffix,
        caBundle: () => caBundle,
        log: (line) => said.push(line),
      })
      try {
        await contained.boot(instance, namespace, vpc)
        await (await contained.exec(instance.id, ['touch', '/root/file'])).exited
        await contained.halt(instance.id)
        await contained.boot({ ...instance, boot: 2 }, namespace, vpc)
        expect(await (await contained.exec(instance.id, ['test', '-e', '/root/file'])).exited).toMatchObject({
          code: 0,
        })
        expect(said.filter((line) => line.includes('kept in memory'))).toHaveLength(1)
      } finally {
        await contained.destroy()
        execFileSync('umount', [stateDirectory])
      }
    })

    it.each([
      { name: 'a namespace that is gone', plan: { namespace: `${namespace}-gone` }, says: /No such file/ },
      { name: 'a host without nsenter', plan: { environment: { PATH: '/nowhere' } }, says: /nsenter/ },
    ])('$name is said, and the daemon lives on', async ({ plan, says }) => {
      const tools = { path: directory, dropPrivileges: [] }
      const agent = { path: directory, node: process.execPath }
      const places = { layer: directory, guestDirectory: directory, caBundle, tools, agent }
      const usual = { instanceId: instance.id, namespace, hostname: 'h', environment: {}, firstBoot: true, groups: [] }
      await expect(startSandbox({ ...usual, ...places, ...plan })).rejects.toThrow(says)
    })

    it('sweep forgets what is not kept', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      await sh('true')
      await sandboxes.sweep(new Set([instance.id]))
      expect((await sh('true')).code).toBe(0)
      await sandboxes.sweep(new Set())
      expect(sandboxProcesses()).toBe('')
      expect(readdirSync(join(directory, 'instances'))).toEqual([])
    })
  })

  describe('user data', () => {
    const withScript = (script: string): InstanceNetwork => ({
      ...instance,
      userData: Buffer.from(script).toString('base64'),
    })

    it('runs a script once, as root of the instance, and keeps what it said', async () => {
      const scripted = withScript('#!/bin/sh\nid -u; hostname\necho once >> /root/ran\nexit 3\n')
      await sandboxes.boot(scripted, namespace, vpc)
      await expect
        .poll(() => sandboxes.consoleOutput(instance.id))
        .toBe('0\nip-10-0-1-5\nuser data ended with exit code 3\n')
      await sandboxes.halt(instance.id)
      await sandboxes.boot({ ...scripted, boot: 2 }, namespace, vpc)
      expect((await sh('cat /root/ran')).stdout).toBe('once\n')
    })

    it.each([
      {
        name: 'what is no script',
        bytes: Buffer.from('#cloud-config\npackages: [nginx]\n'),
        says: /does not begin with #!/,
      },
      { name: 'what is broken', bytes: Buffer.from([0x1f, 0x8b, 1, 2, 3]), says: /cannot be decompressed/ },
    ])('does not run $name, and says so', async ({ bytes, says }) => {
      await sandboxes.boot({ ...instance, userData: bytes.toString('base64') }, namespace, vpc)
      expect(sandboxes.consoleOutput(instance.id)).toMatch(says)
      expect(sandboxProcesses()).toBe('')
    })

    it('runs a gzipped script', async () => {
      const userData = gzipSync('#!/bin/sh\necho unpacked\n').toString('base64')
      await sandboxes.boot({ ...instance, userData }, namespace, vpc)
      await expect.poll(() => sandboxes.consoleOutput(instance.id)).toBe('unpacked\n')
    })

    it('keeps the newest 64 KiB of a long console', async () => {
      await sandboxes.boot(withScript('#!/bin/sh\nseq 1 30000\necho the end\n'), namespace, vpc)
      await expect.poll(() => sandboxes.consoleOutput(instance.id)).toMatch(/30000\nthe end\n$/)
      expect(sandboxes.consoleOutput(instance.id)).toHaveLength(64 * 1024)
    })

    it('an instance without it starts nothing', async () => {
      await sandboxes.boot(instance, namespace, vpc)
      expect(sandboxProcesses()).toBe('')
      expect(sandboxes.consoleOutput(instance.id)).toBeUndefined()
    })
  })
})

/** Host pids in the instance's network namespace, one a line. */
function sandboxProcesses(): string {
  return execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
}
