// Organizations by unmodified Terraform: apply, an empty second plan, a change in place, and destroy; and in between the
// policies bind the account that was made. No packet moves here, so it needs no root.

import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

describeTerraform('Terraform on organizations', 'organizations', (its) => {
  /** A client as the root user of an account. */
  function configuration(account: string) {
    return { ...its.clientOptions(account), forcePathStyle: true }
  }

  test('apply makes an organization, whose policies bind the account in it, and its root user too', async () => {
    await its.terraform.apply()
    expect(await its.terraform.remainingChanges()).toBeUndefined()
    const account = String((await its.terraform.outputs()).account)
    const denied = new S3Client(configuration(account)).send(new ListBucketsCommand({}))
    await expect(denied).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in a service control policy'),
    })
    expect(await new EC2Client(configuration(account)).send(new DescribeVpcsCommand({}))).toHaveProperty('Vpcs')
    expect(await new S3Client(configuration('123456789012')).send(new ListBucketsCommand({}))).toHaveProperty('Buckets')
  })

  test('a policy changes in place, and a resource control policy keeps outsiders from what the account has opened', async () => {
    const second = { denied: 'ec2:*' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    const account = String((await its.terraform.outputs()).account)
    await expect(new EC2Client(configuration(account)).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    })
    const owner = new S3Client(configuration(account))
    await owner.send(new CreateBucketCommand({ Bucket: 'opened' }))
    const open = {
      Effect: 'Allow',
      Principal: { AWS: ['123456789012', '999999999999'] },
      Action: 's3:*',
      Resource: 'arn:aws:s3:::opened',
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [open] })
    await owner.send(new PutBucketPolicyCommand({ Bucket: 'opened', Policy }))
    const list = (from: string) =>
      new S3Client(configuration(from)).send(new ListObjectsV2Command({ Bucket: 'opened' }))
    await expect(list('999999999999')).rejects.toMatchObject({ name: 'AccessDenied' })
    expect(await list('123456789012')).toMatchObject({ KeyCount: 0 })
  })

  test('destroy leaves no organization', async () => {
    const account = String((await its.terraform.outputs()).account)
    await new S3Client(configuration(account)).send(new DeleteBucketCommand({ Bucket: 'opened' }))
    await its.terraform.destroy()
  })
})
