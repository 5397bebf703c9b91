// `npm run bench [-- PART…]`: measures Postern and its peers in one run and prints ratios. The machine's noise meets both,
// so read the ratios, not the figures. Parts: data-plane, private-link, nat, api,
// edge, dns, policies, latency, large.

import { checkHost } from '../src/linux/check-host.ts'
import { benchApi } from './api.ts'
import { benchDataPlane } from './data-plane.ts'
import { benchDns } from './dns.ts'
import { benchEdge } from './edge.ts'
import { benchLarge } from './large.ts'
import { benchLatency } from './latency.ts'
import { benchNat } from './nat.ts'
import { benchPolicies } from './policies.ts'
import { benchPrivateLink } from './private-link.ts'
import { printRows, type Row } from './report.ts'
import { undoOnInterrupt } from './undo.ts'

interface Part {
  readonly name: string
  readonly title: string
  /** Undefined when what it needs is not installed. */
  readonly measure: () => Promise<Row[] | undefined>
  readonly needs: string
}

const PARTS: readonly Part[] = [
  {
    name: 'data-plane',
    title: 'Instance to a listener behind an endpoint, against a plain veth pair',
    measure: benchDataPlane,
    needs: 'iperf3 (apt-get install -y iperf3)',
  },
  {
    name: 'private-link',
    title:
      'Instance to an instance behind an endpoint service and its load balancer, in another VPC with the same addresses',
    measure: benchPrivateLink,
    needs: 'iperf3 (apt-get install -y iperf3)',
  },
  {
    name: 'nat',
    title: 'Instance to a site on the internet through a NAT gateway, against a router that masquerades',
    measure: benchNat,
    needs: 'iperf3 (apt-get install -y iperf3)',
  },
  { name: 'api', title: 'The API, against moto_server', measure: benchApi, needs: 'moto (pip install "moto[server]")' },
  {
    name: 'edge',
    title: 'S3 by an interface endpoint with a policy, against moto_server and nginx',
    measure: benchEdge,
    needs: 'moto or nginx',
  },
  {
    name: 'dns',
    title: "The VPC's resolver on the loopback, without AWS's limit for one interface",
    measure: benchDns,
    needs: 'unbound or dnsmasq (apt-get install -y unbound dnsperf)',
  },
  { name: 'policies', title: 'Policy decisions on one core', measure: benchPolicies, needs: '' },
  { name: 'latency', title: 'From a call to the kernel', measure: benchLatency, needs: '' },
  { name: 'large', title: 'A large world', measure: benchLarge, needs: '' },
]

undoOnInterrupt()
const wanted = process.argv.slice(2)
const problems = await checkHost()
if (problems.length > 0) {
  console.error(`bench: ${problems.join('\n')}`)
  process.exit(1)
}
let missed = 0
for (const part of PARTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const rows = await part.measure()
  if (!rows) console.log(`\n${part.title}\n  SKIPPED: needs ${part.needs}`)
  else printRows(part.title, rows)
  missed += rows?.filter((row) => !row.met).length ?? 0
}
process.exitCode = missed > 0 ? 1 : 0
