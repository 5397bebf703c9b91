// Flow logs by unmodified Terraform, and what they deliver: with the model's network there is no traffic, which is a record
// too. test/kernel/flow-logs.test.ts has the traffic.

import { gunzipSync } from 'node:zlib'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeFlowLogsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { DeleteRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on flow logs', 'flow-logs', (its) => {
  test('to a log group and to a bucket: made, read back, changed in place', async () => {
    await its.terraform.apply()
    expect(await its.terraform.remainingChanges()).toBeUndefined()
    const second = { stage: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    expect(await its.terraform.outputs()).toMatchObject({
      arn: expect.stringMatching(/^arn:aws:ec2:us-east-1:123456789012:vpc-flow-log\/fl-[0-9a-f]{17}$/),
    })
  })

  test('records are delivered by the role and by the delivery service, and a role that may not is told', async () => {
    const { endpoint_interface: eni } = await its.terraform.outputs()
    await deliver()
    const logs = new CloudWatchLogsClient(its.clientOptions())
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/vpc/flows' }))
    // One, or two where an interval has ended meanwhile.
    expect(events[0]).toMatchObject({ logStreamName: `${eni}-all` })
    expect(events[0]?.message).toMatch(new RegExp(`^2 123456789012 ${eni} - - - - - - - \\d+ \\d+ - NODATA$`))

    const s3 = new S3Client({ ...its.clientOptions(), forcePathStyle: true })
    const { Contents: [object] = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'conformance-flows' }))
    expect(object?.Key).toMatch(
      /^network\/AWSLogs\/aws-account-id=123456789012\/aws-service=vpcflowlogs\/aws-region=us-east-1\/year=\d{4}\/month=\d\d\/day=\d\d\/hour=\d\d\/123456789012_vpcflowlogs_us-east-1_fl-[0-9a-f]{17}_\d{8}T\d{4}Z_[0-9a-f]{8}\.log\.gz$/,
    )
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'conformance-flows', Key: object?.Key }))
    const text = gunzipSync((await Body?.transformToByteArray()) ?? '').toString()
    expect(text.split('\n')[0]).toMatch(/^version account-id interface-id srcaddr .* log-status$/)
    expect(text.split('\n')[1]).toContain(`${eni} - - - - - - -`)

    const ec2 = new EC2Client(its.clientOptions())
    const statuses = async () => {
      const { FlowLogs = [] } = await ec2.send(new DescribeFlowLogsCommand({}))
      return FlowLogs.flatMap((log) => [log.DeliverLogsStatus, log.DeliverLogsErrorMessage])
        .filter(Boolean)
        .sort()
    }
    expect(await statuses()).toEqual(['SUCCESS', 'SUCCESS'])
    const iam = new IAMClient(its.clientOptions())
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: 'flows' }))
    await iam.send(new DeleteRolePolicyCommand({ RoleName: 'flows', PolicyName: PolicyNames[0] }))
    await deliver()
    expect(await statuses()).toEqual(['Access error', 'FAILED', 'SUCCESS'])
  })

  test('destroy leaves none', async () => {
    await its.terraform.destroy({ stage: 'second' })
    const ec2 = new EC2Client(its.clientOptions())
    expect((await ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs).toEqual([])
  })

  /** Without waiting for an interval to end. */
  async function deliver(): Promise<void> {
    const answer = await fetch(`${its.world.endpoint}/_postern/flow-logs/deliver`, { method: 'POST', body: '{}' })
    expect(answer.status, await answer.text()).toBe(200)
  }
})
