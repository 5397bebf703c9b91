// CloudWatch Logs by unmodified Terraform: apply, an empty second plan, a change in place, and destroy. No packet moves
// here, so it needs no root.

import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

const ARN = 'arn:aws:logs:us-east-1:123456789012:log-group:/conformance/app'

describeTerraform('Terraform on CloudWatch Logs', 'logs', (its) => {
  test('groups, a stream and a resource policy: made, read back, changed in place, gone', async () => {
    await its.terraform.apply()
    expect(await its.terraform.outputs()).toEqual({
      arn: ARN,
      stream_arn: `${ARN}:log-stream:one`,
      retention: 7,
      groups: 2,
    })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
    const second = { stage: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    expect(await its.terraform.outputs()).toMatchObject({ retention: 30 })
    await its.terraform.destroy(second)
    const logs = new CloudWatchLogsClient(its.clientOptions())
    expect((await logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
  })
})
