// Address plan: see compile/small-network.ts.

import { expect, it } from 'vitest'
import { networkOf, smallVpc, smallVpcWithS3 } from '../compile/small-network.ts'
import { TCP } from '../ip/protocol.ts'
import { explain } from './explain.ts'
import { formatTrace } from './format.ts'

const TO_S3 = {
  from: 'i-1',
  to: { name: 's3.us-east-1.amazonaws.com', protocol: TCP, port: 443 },
  now: '2026-01-01T00:00:00.000Z',
} as const

it('shows a reachable flow stage by stage', () => {
  expect(formatTrace(explain(networkOf(smallVpcWithS3()), TO_S3))).toMatchInlineSnapshot(`
    "i-1 (10.0.1.5) to s3.us-east-1.amazonaws.com (54.231.178.57) tcp/443
    reachable

      pass  dns              vpc-1              s3.us-east-1.amazonaws.com is 54.231.178.57 and 7 more
      pass  source-check     eni-1              10.0.1.5 is an address of eni-1
      pass  sg-egress        sgr-open           sg-1 allows all traffic to 0.0.0.0/0
      pass  nacl-out         acl-a rule 100     tcp/443 to 54.231.178.57 is allowed
      pass  route            rtb-a pl-63a5400a  54.231.178.57 is in 54.231.0.0/16: to vpce-s3
      pass  endpoint-state   vpce-s3            vpce-s3 is in force
      pass  nacl-in (reply)  acl-a rule 100     the reply (tcp/32768-60999) from 54.231.178.57 is
                                                allowed
    "
  `)
})

it('marks the step that decides, and counts the others', () => {
  const vpc = smallVpc()
  const silent = smallVpc({ resolver: { ...vpc.resolver, enabled: false } })
  expect(formatTrace(explain(networkOf(silent), TO_S3), { width: 80 })).toMatchInlineSnapshot(`
    "i-1 (10.0.1.5) to s3.us-east-1.amazonaws.com (54.231.178.57) tcp/443
    stopped at dns by vpc-1, and 1 more blocker

    > STOP  dns              vpc-1           vpc-1 has enableDnsSupport off, so
                                             nothing answers a question for
                                             s3.us-east-1.amazonaws.com
      pass  source-check     eni-1           10.0.1.5 is an address of eni-1
      pass  sg-egress        sgr-open        sg-1 allows all traffic to 0.0.0.0/0
      pass  nacl-out         acl-a rule 100  tcp/443 to 54.231.178.57 is allowed
      STOP  route            rtb-a           rtb-a has no route to 54.231.178.57;
                                             vpc-1 has no gateway endpoint for
                                             com.amazonaws.us-east-1.s3
      pass  nacl-in (reply)  acl-a rule 100  the reply (tcp/32768-60999) from
                                             54.231.178.57 is allowed
    "
  `)
})

it('has colours only when asked', () => {
  const trace = explain(networkOf(smallVpc()), TO_S3)
  expect(formatTrace(trace)).not.toContain('\u001b')
  expect(formatTrace(trace, { colour: true })).toContain('\u001b[31mSTOP')
})
