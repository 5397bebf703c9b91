// The environment and the small files that a command inside an instance finds: who the instance is, how it resolves
// names, and that programs of every kind trust Postern's CA.

import { IPV6_RESOLVER } from '../../compile/backbone.ts'
import type { InstanceNetwork, OnPremisesRouterNetwork, VpcNetwork } from '../../compile/network.ts'
import { POWER_COMMAND, POWER_PIPE, POWER_SCRIPT } from './power-switch.ts'

/** Where the sandbox shows what Postern gives it, read only. */
export const GUEST_DIRECTORY = '/run/postern'
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
const USUAL_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Programs that bring their own list of CAs are told where the instance's is. Nothing of the daemon's own environment
 * comes along but, over the host's root, its PATH: that is where the user's `aws`, `python3` and `node` are. */
export function instanceEnvironment(region: string, hostPath: string | undefined): Record<string, string> {
  const own = (hostPath ?? '').split(':').filter((directory) => directory.startsWith('/'))
  return {
    PATH: [...new Set([...own, ...USUAL_PATH])].join(':'),
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    SSL_CERT_FILE: CA_BUNDLE,
    CURL_CA_BUNDLE: CA_BUNDLE,
    REQUESTS_CA_BUNDLE: CA_BUNDLE,
    AWS_CA_BUNDLE: CA_BUNDLE,
    NODE_EXTRA_CA_CERTS: CA_BUNDLE,
  }
}

/** Files by their name in the guest directory. */
export function guestFiles(instance: InstanceNetwork, vpc: VpcNetwork): Record<string, string> {
  const label = hostLabel(instance)
  const own = vpc.interfaces.find((eni) => eni.instanceId === instance.id && (eni.deviceIndex ?? 0) === 0)
  const address = own?.addresses[0] ?? own?.ipv6Addresses?.[0]
  const hasIpv4 = own === undefined || own.addresses.length > 0
  return {
    hostname: `${label}\n`,
    hosts: [
      '127.0.0.1 localhost',
      '::1 localhost',
      ...(address ? [`${address} ${instance.hostname} ${label}`] : []),
      '',
    ].join('\n'),
    'resolv.conf': resolverFile(vpc, hasIpv4),
    [POWER_COMMAND]: POWER_SCRIPT,
    // Mount points for what is bound there.
    'ca-bundle.pem': '',
  }
}

/** The same for a host outside of AWS, which asks the name servers that the user gave it. */
export function onPremisesFiles({ name, address, resolvers }: OnPremisesRouterNetwork): Record<string, string> {
  const servers = resolvers.map((server) => `nameserver ${server}\n`).join('')
  return {
    hostname: `${name}\n`,
    hosts: `127.0.0.1 localhost\n::1 localhost\n${address} ${name}\n`,
    'resolv.conf': `${servers}options timeout:2 attempts:2\n`,
    [POWER_COMMAND]: POWER_SCRIPT,
    'ca-bundle.pem': '',
  }
}

/** What a DHCP client would write of the VPC's options. */
function resolverFile({ dhcp, resolver: { addresses, domain } }: VpcNetwork, hasIpv4: boolean): string {
  const { search, nameServers: all } = dhcp ?? { search: domain, nameServers: addresses.slice(0, 1) }
  const amazons = new Set(addresses)
  // Without an IPv4 address the Amazon-provided resolver is where IPv6 has it.
  const nameServers = hasIpv4 ? all : all.map((server) => (amazons.has(server) ? IPV6_RESOLVER : server))
  return [
    ...(search ? [`search ${search}`] : []),
    ...nameServers.map((server) => `nameserver ${server}`),
    'options timeout:2 attempts:5',
    '',
  ].join('\n')
}

/** The first label of the instance's name. */
export function hostLabel(instance: Pick<InstanceNetwork, 'hostname'>): string {
  return instance.hostname.split('.')[0] ?? instance.hostname
}

/** Where the agent is, with `run` to start it. */
export const AGENT_DIRECTORY = `${GUEST_DIRECTORY}/agent`
/** In the guest directory while the SSM agent shall run. */
export const AGENT_WANTED = 'agent-wanted'

/** What process 1 runs inside the sandbox, with the sandbox's rights only: it writes the instance's files, says that it
 * is ready, then reaps until it is told to end. It keeps the agent running while that is wanted; HUP makes it look, at that and at whom to ask for names. An
 * agent that ends is started again after a second, and after twice as long each time that it did not last a minute. On TERM process 1 passes the word on, as an init does, and gives two
 * seconds; its own end is then the end of every process of the instance. */
export const INIT_SCRIPT = `
guest=${GUEST_DIRECTORY}
put() { mkdir -p "\${2%/*}" && rm -rf "$2" && "$3" "$1" "$2"; }
link() { ln -s "$1" "$2"; }
if [ "$1" = first ]; then
  put $guest/hosts /etc/hosts cp
  put $guest/hostname /etc/hostname cp
  for name in shutdown poweroff reboot; do
    put $guest/${POWER_COMMAND} /sbin/$name cp
    chmod 755 /sbin/$name
  done
fi
# The options of the VPC may change: what the instance itself wrote meanwhile is then lost, as with a renewed lease.
renew() {
  now=$(cat $guest/resolv.conf)
  [ "$now" = "$given" ] || put $guest/resolv.conf /etc/resolv.conf cp
  given=$now
}
renew
put $guest/ca-bundle.pem ${CA_BUNDLE} link
for bundle in /etc/pki/tls/certs/ca-bundle.crt /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/cert.pem; do
  [ -e "$bundle" ] && put $guest/ca-bundle.pem "$bundle" link
done
chmod 1777 /tmp
mkdir -p /run/lock
end() {
  kill -TERM -1
  turns=0
  while [ $turns -lt 40 ]; do
    set -- /proc/[0-9]*
    [ $# -le 1 ] && exit 0
    sleep 0.05
    turns=$((turns + 1))
  done
  exit 0
}
# A word that comes just before a wait must not be missed: so the trap itself ends what is waited for. By KILL: a child
# so young that it still has this shell's traps would take TERM for itself, and forget it.
look() {
  again=1
  renew
  kill -KILL $napping
  wanted || kill $agent
}
nap() {
  sleep $1 9>&- &
  napping=$!
  [ -z "$again" ] || kill -KILL $napping
  wait $napping
  kill -KILL $napping
  napping=
}
uptime() { read -r now rest < /proc/uptime && echo \${now%%.*}; }
wanted() { [ -e $guest/${AGENT_WANTED} ]; }
trap end TERM
trap look HUP
exec 9<> $guest/${POWER_PIPE}
echo ready
exec </dev/null >/dev/null 2>&1
delay=1
while :; do
  again=
  if ! wanted; then
    nap 1000000
    delay=1
    continue
  fi
  began=$(uptime)
  ${AGENT_DIRECTORY}/run ${AGENT_DIRECTORY}/agent/main.js 9>&- &
  agent=$!
  wanted || kill $agent
  while kill -0 $agent; do wait $agent; done
  agent=
  [ $(($(uptime) - began)) -lt 60 ] || delay=1
  if wanted; then
    nap $delay
    [ $delay -ge 300 ] || delay=$((delay * 2))
  fi
done
`
